// Raw reports, byte for byte: compressed against the first one of their shape, proven before stored.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/model/crash_report.h"

namespace faultline {

class Connection;

/// What makes two reports alike enough that one shortens the other: process, machine, system and
/// images. Empty for unreadable bytes: no other report resembles them.
std::string raw_shape(const CrashReport& report);

/// One zstd frame. With a prefix the frame can only be read with that same prefix.
/// Format: RFC 8878; prefix as in zstd.h, ZSTD_CCtx_refPrefix.
enum class Compression { quick, thorough };
Result<std::string> compress_raw(std::string_view bytes, std::string_view prefix,
                                 Compression compression = Compression::thorough);
Result<std::string> decompress_raw(std::string_view frame, std::string_view prefix, std::uint64_t size_bytes);

/// A report that is ready to be inserted: compressed, and proven to give the same bytes back.
struct PreparedRaw {
  std::string hash;
  std::uint64_t size_bytes = 0;
  std::string shape;
  std::string body;
  std::string prefix_hash;  ///< Empty: none.
};

/// Reads and writes the table `raw`.
///
/// prepare() does the work that takes time and needs no lock; insert() then only writes. Reports that
/// were prepared but not yet inserted may already be the prefix of others, so they have to be inserted
/// in the order in which they were prepared.
///
/// Ownership: refers to the connection, which must outlive it; keeps the last few prefixes in memory.
/// Threads: those of its connection.
class RawReports {
 public:
  explicit RawReports(Connection& connection) : connection_(connection) {}

  Result<std::optional<std::int64_t>> find(std::string_view hash);
  Result<PreparedRaw> prepare(std::string_view bytes, std::string hash, std::string shape);
  /// For bytes of which nothing is known yet: compressed by themselves, and in less time. reshape() makes up
  /// for it.
  Result<PreparedRaw> prepare_quickly(std::string_view bytes, std::string hash);
  /// Inside a transaction: the same bytes, stored as prepare() gave them now that their shape is known. Bytes
  /// that have a shape already stay as they are, for they may be the prefix of others.
  Result<void> reshape(std::int64_t id, const PreparedRaw& raw);
  /// Inside a transaction. Gives the id of the row, which may have been there.
  Result<std::int64_t> insert(const PreparedRaw& raw);
  /// The bytes, proven by their hash. Where the body is damaged and has a second copy, from that.
  Result<std::string> load(std::int64_t id);
  struct Loaded {
    std::string bytes;
    bool from_copy = false;  ///< The body itself is damaged.
  };
  /// Whether the second copy of a body gives its bytes; true where there is none.
  bool is_copy_whole(std::int64_t id);
  /// As load(), and says where from.
  Result<Loaded> load_checked(std::int64_t id);
  /// After a rollback: prefixes that were prepared may not be stored.
  void forget();

 private:
  struct Prefix {
    std::string hash;
    std::shared_ptr<const std::string> bytes;
  };
  /// A row of `raw` as it is stored; nothing of it is trusted.
  struct Row {
    std::string hash;
    std::uint64_t size_bytes = 0;
    std::optional<std::int64_t> prefix_id;
    std::string body;
  };
  Result<Row> read_row(std::int64_t id);
  Result<std::optional<std::string>> read_copy(std::int64_t id);
  Result<std::string> read_body(const Row& row, std::string_view body, std::string_view prefix);
  Result<Loaded> load_whole(std::int64_t id, const Row& row);
  Result<std::optional<Prefix>> find_prefix(const std::string& shape);
  Result<std::optional<std::int64_t>> prefix_id_of(const PreparedRaw& raw);
  void remember(const std::string& shape, Prefix prefix);

  Connection& connection_;
  std::map<std::string, Prefix> prefixes_;  // By shape.
  std::uint64_t remembered_bytes_ = 0;
};

}  // namespace faultline

#include "db/store/raw_reports.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <bit>

#include "core/base/hash.h"
#include "db/sqlite/connection.h"

namespace faultline {
namespace {

// Level 9 is the last that is cheap; larger inputs are logs and core dumps by mistake.
constexpr int kLevel = 9;
constexpr int kQuickLevel = 1;
constexpr int kLevelOfLarge = 3;
constexpr std::uint64_t kLargeBytes = 8ULL << 20;
constexpr std::uint64_t kLargestPrefixBytes = 4ULL << 20;
constexpr std::uint64_t kRememberedBytes = 64ULL << 20;
/// zstd's densest block is four bytes that stand for 128 KiB: no frame holds more, whatever a row says.
constexpr std::uint64_t kDensestBlockBytes = 128 << 10;
// zstd's own default limit for readers.
constexpr int kLargestWindowLog = 27;

struct CompressorDeleter {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct DecompressorDeleter {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Failure zstd_failure(std::string_view doing, std::size_t code) {
  return fail(ErrorKind::database, fmt::format("{} a raw report failed: {}", doing, ZSTD_getErrorName(code)));
}

}  // namespace

std::string raw_shape(const CrashReport& report) {
  if (report.kind == ReportKind::unreadable || report.kind == ReportKind::unanalysed) return {};
  std::string content = report.process_name.value_or("");
  content += '\x1f';
  content += report.model.value_or("");
  content += '\x1f';
  content += report.os.build.value_or("");
  content += report.from_text ? "\x1ftext" : "\x1fjson";
  for (const Image& image : report.images) {
    content += '\x1f';
    content += image.uuid ? image.uuid->text() : image.name.value_or("");
  }
  return hash64_hex(content);
}

Result<std::string> compress_raw(std::string_view bytes, std::string_view prefix, Compression compression) {
  const std::unique_ptr<ZSTD_CCtx, CompressorDeleter> context(ZSTD_createCCtx());
  if (!context) return fail(ErrorKind::database, "no memory to compress a raw report");
  const int level = compression == Compression::quick ? kQuickLevel
                    : bytes.size() > kLargeBytes      ? kLevelOfLarge
                                                      : kLevel;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  if (!prefix.empty()) {
    // The window has to reach back over the whole prefix.
    const int needed = static_cast<int>(std::bit_width(prefix.size() + bytes.size())) + 1;
    ZSTD_CCtx_setParameter(context.get(), ZSTD_c_windowLog, std::clamp(needed, 10, kLargestWindowLog));
    const std::size_t code = ZSTD_CCtx_refPrefix(context.get(), prefix.data(), prefix.size());
    if (ZSTD_isError(code) != 0) return zstd_failure("compressing", code);
  }
  std::string frame(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size) != 0) return zstd_failure("compressing", size);
  frame.resize(size);
  frame.shrink_to_fit();
  return frame;
}

Result<std::string> decompress_raw(std::string_view frame, std::string_view prefix,
                                   std::uint64_t size_bytes) {
  // To make one takes as long as to use it.
  thread_local const std::unique_ptr<ZSTD_DCtx, DecompressorDeleter> context(ZSTD_createDCtx());
  if (!context) return fail(ErrorKind::database, "no memory to decompress a raw report");
  ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
  if (!prefix.empty()) {
    const std::size_t code = ZSTD_DCtx_refPrefix(context.get(), prefix.data(), prefix.size());
    if (ZSTD_isError(code) != 0) return zstd_failure("decompressing", code);
  }
  if (size_bytes > (frame.size() / 4 + 1) * kDensestBlockBytes) {
    return fail(ErrorKind::database,
                fmt::format("a raw report of {} stored bytes cannot have the {} that its row says",
                            frame.size(), size_bytes));
  }
  std::string bytes(size_bytes, '\0');
  const std::size_t size =
      ZSTD_decompressDCtx(context.get(), bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(size) != 0) return zstd_failure("decompressing", size);
  if (size != size_bytes) {
    return fail(ErrorKind::database,
                fmt::format("a raw report has {} bytes where {} were stored", size, size_bytes));
  }
  return bytes;
}

Result<std::optional<std::int64_t>> RawReports::find(std::string_view hash) {
  TRY_ASSIGN(auto statement, connection_.prepare("SELECT id FROM raw WHERE hash = ?"));
  statement.bind(hash);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return std::nullopt;
  return statement.integer(0);
}

Result<std::optional<RawReports::Prefix>> RawReports::find_prefix(const std::string& shape) {
  if (const auto it = prefixes_.find(shape); it != prefixes_.end()) return it->second;
  std::int64_t id = 0;
  Prefix prefix;
  {
    TRY_ASSIGN(
        auto statement,
        connection_.prepare("SELECT id, hash, size_bytes FROM raw WHERE shape = ? AND prefix_raw_id IS NULL "
                            "ORDER BY id LIMIT 1"));
    statement.bind(shape);
    TRY_ASSIGN(const bool found, statement.step());
    if (!found || statement.integer(2) > static_cast<std::int64_t>(kLargestPrefixBytes)) return std::nullopt;
    id = statement.integer(0);
    prefix.hash = statement.text(1);
  }
  auto loaded = load_checked(id);
  // A damaged one shall not have more reports rest on it.
  if (!loaded || loaded->from_copy) return std::nullopt;
  prefix.bytes = std::make_shared<const std::string>(std::move(loaded->bytes));
  remember(shape, prefix);
  return prefix;
}

void RawReports::remember(const std::string& shape, Prefix prefix) {
  if (remembered_bytes_ + prefix.bytes->size() > kRememberedBytes) forget();
  remembered_bytes_ += prefix.bytes->size();
  prefixes_.emplace(shape, std::move(prefix));
}

void RawReports::forget() {
  prefixes_.clear();
  remembered_bytes_ = 0;
}

Result<PreparedRaw> RawReports::prepare(std::string_view bytes, std::string hash, std::string shape) {
  PreparedRaw raw;
  raw.hash = std::move(hash);
  raw.size_bytes = bytes.size();
  raw.shape = std::move(shape);
  std::shared_ptr<const std::string> prefix_bytes = std::make_shared<const std::string>();
  if (!raw.shape.empty() && bytes.size() <= kLargestPrefixBytes) {
    TRY_ASSIGN(auto prefix, find_prefix(raw.shape));
    if (prefix) {
      prefix_bytes = prefix->bytes;
      raw.prefix_hash = prefix->hash;
    }
  }
  TRY_ASSIGN(raw.body, compress_raw(bytes, *prefix_bytes));
  TRY_ASSIGN(const auto back, decompress_raw(raw.body, *prefix_bytes, raw.size_bytes));
  if (back != bytes) return fail(ErrorKind::database, "a raw report came back changed from compression");
  if (raw.prefix_hash.empty() && !raw.shape.empty() && bytes.size() <= kLargestPrefixBytes) {
    remember(raw.shape, Prefix{raw.hash, std::make_shared<const std::string>(bytes)});
  }
  return raw;
}

Result<PreparedRaw> RawReports::prepare_quickly(std::string_view bytes, std::string hash) {
  PreparedRaw raw;
  raw.hash = std::move(hash);
  raw.size_bytes = bytes.size();
  TRY_ASSIGN(raw.body, compress_raw(bytes, {}, Compression::quick));
  TRY_ASSIGN(const auto back, decompress_raw(raw.body, {}, raw.size_bytes));
  if (back != bytes) return fail(ErrorKind::database, "a raw report came back changed from compression");
  return raw;
}

Result<std::optional<std::int64_t>> RawReports::prefix_id_of(const PreparedRaw& raw) {
  if (raw.prefix_hash.empty()) return std::nullopt;
  TRY_ASSIGN(const auto id, find(raw.prefix_hash));
  if (!id) return fail(ErrorKind::database, "the prefix of a raw report is not in the store");
  return id;
}

Result<void> RawReports::reshape(std::int64_t id, const PreparedRaw& raw) {
  TRY_ASSIGN(const auto prefix_id, prefix_id_of(raw));
  TRY_ASSIGN(auto statement,
             connection_.prepare(
                 "UPDATE raw SET shape = ?, prefix_raw_id = ?, body = ? WHERE id = ? AND shape = ''"));
  TRY(statement.with(raw.shape, prefix_id, BlobView{raw.body}, id).run());
  if (!prefix_id) return {};
  // As the trigger does for a row that is inserted with a prefix.
  TRY_ASSIGN(auto copy, connection_.prepare("INSERT OR IGNORE INTO raw_copy (raw_id, body) "
                                            "SELECT id, body FROM raw WHERE id = ?"));
  return copy.with(*prefix_id).run();
}

Result<std::int64_t> RawReports::insert(const PreparedRaw& raw) {
  TRY_ASSIGN(const auto known, find(raw.hash));
  if (known) return *known;
  TRY_ASSIGN(const auto prefix_id, prefix_id_of(raw));
  TRY_ASSIGN(auto statement,
             connection_.prepare("INSERT INTO raw (hash, size_bytes, shape, prefix_raw_id, body) "
                                 "VALUES (?, ?, ?, ?, ?)"));
  TRY(statement
          .with(raw.hash, static_cast<std::int64_t>(raw.size_bytes), raw.shape, prefix_id, BlobView{raw.body})
          .run());
  return connection_.last_insert_id();
}

Result<std::optional<std::string>> RawReports::read_copy(std::int64_t id) {
  // A store of the first version that is only read has no such table.
  auto statement = connection_.prepare("SELECT body FROM raw_copy WHERE raw_id = ?");
  if (!statement) return std::nullopt;
  statement->bind(id);
  TRY_ASSIGN(const bool found, statement->step());
  if (!found) return std::nullopt;
  return std::string(statement->blob_view(0));
}

Result<RawReports::Row> RawReports::read_row(std::int64_t id) {
  TRY_ASSIGN(auto statement,
             connection_.prepare("SELECT hash, size_bytes, prefix_raw_id, body FROM raw WHERE id = ?"));
  statement.bind(id);
  TRY_ASSIGN(const bool found, statement.step());
  if (!found) return fail(ErrorKind::database, fmt::format("no raw report {}", id));
  Row row;
  row.hash = statement.text(0);
  row.size_bytes = static_cast<std::uint64_t>(statement.integer(1));
  if (!statement.is_null(2)) row.prefix_id = statement.integer(2);
  row.body = statement.blob_view(3);
  return row;
}

Result<std::string> RawReports::read_body(const Row& row, std::string_view body, std::string_view prefix) {
  auto bytes = decompress_raw(body, prefix, row.size_bytes);
  if (!bytes || hash128_hex(*bytes) == row.hash) return bytes;
  return fail(ErrorKind::database, fmt::format("raw report {} is damaged in the store", row.hash));
}

Result<RawReports::Loaded> RawReports::load_whole(std::int64_t id, const Row& row) {
  auto bytes = read_body(row, row.body, {});
  if (bytes) return Loaded{std::move(*bytes), false};
  auto copy = read_copy(id);
  if (!copy || !*copy) return fail(std::move(bytes.error()));
  auto saved = read_body(row, **copy, {});
  if (!saved) return fail(std::move(bytes.error()));
  return Loaded{std::move(*saved), true};
}

bool RawReports::is_copy_whole(std::int64_t id) {
  const auto row = read_row(id);
  const auto copy = read_copy(id);
  if (!copy) return false;
  return !*copy || (row && read_body(*row, **copy, {}).has_value());
}

Result<RawReports::Loaded> RawReports::load_checked(std::int64_t id) {
  TRY_ASSIGN(const auto row, read_row(id));
  if (!row.prefix_id) return load_whole(id, row);
  TRY_ASSIGN(const auto prefix_row, read_row(*row.prefix_id));
  TRY_ASSIGN(const auto prefix, load_whole(*row.prefix_id, prefix_row));
  TRY_ASSIGN(auto bytes, read_body(row, row.body, prefix.bytes));
  return Loaded{std::move(bytes), false};
}

Result<std::string> RawReports::load(std::int64_t id) {
  TRY_ASSIGN(auto loaded, load_checked(id));
  return std::move(loaded.bytes);
}

}  // namespace faultline

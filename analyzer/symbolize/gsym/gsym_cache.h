// Every module turned once into a GSYM file, kept by UUID.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/gsym/gsym_conversion.h"
#include "analyzer/symbolize/gsym/gsym_file.h"
#include "core/base/result.h"
#include "core/model/issue.h"

namespace faultline {

struct GsymCacheOptions {
  /// Empty: a private temporary folder that ends with the cache.
  std::filesystem::path folder;
  std::uint64_t limit_bytes = 4ULL << 30;
  /// The program that main() of gsym_child_main() lives in. Empty: the running program.
  std::filesystem::path converter;
  ConversionLimits conversion;
  /// A stamp is trusted only if it was this old when it was taken: a file that is written twice within
  /// the grain of the system's clock keeps its stamp.
  std::chrono::milliseconds settled_after{2000};
};

/// Gives the GSYM file of a slice, made on first use.
///
/// On disk, below `folder`:
///
///     v1/0c/0ce453ff-…/dwarf-<hash of the slice>.gsym   or .failed, a text that says why
///     v1/0c/0ce453ff-…/dwarf-at-<hash of a file's stamp>  link to the above: found without reading the file
///     v1/0c/0ce453ff-…/dwarf-<hash of the slice>.whole  link to a stamp: the file was whole at that state
///     v1/locks/0c                                        one conversion at a time per first byte
///
/// Files are named by content, written under another name, checksummed and renamed: what can be seen
/// is whole, and what is damaged later is noticed and made anew. A file is read whole for its checksum
/// unless its stamp (inode, size, times) is the one that it had when that was last done; marking it
/// as used, once an hour, changes the stamp. A conversion that failed because of the
/// data is remembered with its reason, so that a damaged dSYM costs its time limit once. When the
/// files outgrow `limit_bytes`, those used longest ago go, down to four fifths.
///
/// Several processes may share the folder. Threads: open() may be called from several at a time.
class GsymCache {
 public:
  explicit GsymCache(GsymCacheOptions options);
  GsymCache(const GsymCache&) = delete;
  GsymCache& operator=(const GsymCache&) = delete;
  ~GsymCache();

  /// The open file for `slice` of `file`, from the cache or by a conversion (seconds for a large
  /// dSYM). Fails with kind symbols where the data cannot be converted. A cached file that was found
  /// damaged is replaced and adds an issue.
  Result<GsymFile> open(const std::filesystem::path& file, const SymbolSlice& slice, GsymContent content,
                        std::vector<Issue>& issues);

 private:
  struct Entry {
    std::filesystem::path folder;  // Of the UUID.
    std::filesystem::path alias;
    std::string stem;  // `dwarf-<hash>`; empty until the content was hashed.
  };

  Result<std::filesystem::path> root();
  Result<GsymFile> open_cached(const std::filesystem::path& path, const Uuid& uuid,
                               std::vector<Issue>& issues);
  Result<GsymFile> open_by_content(Entry& entry, const std::filesystem::path& file, const SymbolSlice& slice,
                                   GsymContent content, std::vector<Issue>& issues);
  Result<GsymFile> convert(const Entry& entry, const std::filesystem::path& file, const SymbolSlice& slice,
                           GsymContent content);
  void trim(const std::filesystem::path& root, const std::filesystem::path& newest) const;

  GsymCacheOptions options_;
  std::filesystem::path private_folder_;  // Ours to remove; empty unless made.
};

}  // namespace faultline

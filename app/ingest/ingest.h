// Files -> derived and stored.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/analysis.h"
#include "db/store.h"

namespace faultline {

class Symbolizer;

/// SQLite keeps no single value above a gigabyte; a larger file is refused.
inline constexpr std::uint64_t kKeepLimitBytes = 2ULL << 30;

/// All of standard input; refused beyond kKeepLimitBytes.
Result<std::string> read_stdin();

/// `3 issues, first at /threads/0/id: …`. Only where there are any; `count` may be more than are kept.
std::string issue_summary(const std::vector<Issue>& issues, std::size_t count);

/// What became of one file.
struct ImportedFile {
  std::string path;
  std::optional<AddedReport> added;  ///< Absent where nothing could be stored.
  std::optional<Error> error;        ///< Why not.
  Analysis analysis;                 ///< Of what was read, without its threads and images.
  std::size_t issue_count = 0;
};

/// Reads, derives and stores `files` (`-` is stdin), in parallel, some 50 in a transaction. Calls
/// `each` once per report, in order. Fails as a whole only where the store does; what was stored stays.
Result<void> import_files(Store& store, const std::vector<std::filesystem::path>& files,
                          const SiteRules& rules, Symbolizer* symbolizer, const Clock& clock,
                          const std::function<void(const ImportedFile&)>& each);

}  // namespace faultline

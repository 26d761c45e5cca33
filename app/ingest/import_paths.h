// Files and folders of reports, and files of counts, taken into the store; what became of each.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/formats/table.h"

namespace faultline {

class Symbolizer;

struct ImportCounts {
  std::size_t added = 0;
  std::size_t known = 0;
  std::size_t new_forms = 0;
  std::size_t skipped = 0;
  std::size_t damaged = 0;  ///< Of these: could be read only in part, or not at all.
  [[nodiscard]] std::size_t files() const { return added + known + new_forms + skipped; }
};

/// Called as the import goes on, from the calling thread.
struct ImportObserver {
  /// After each file. `files`: how many there are.
  std::function<void(const ImportCounts& counts, std::size_t files)> progress = [](const auto&, auto) {};
  /// What was wrong with a file, or with a path that cannot be read: one line that names it.
  std::function<void(const std::string& line)> problem = [](const auto&) {};
};

struct ImportedPaths {
  Table table;  ///< One row a file.
  ImportCounts counts;
  std::vector<std::string> unreadable;  ///< Paths that could not be looked into, a line each.
  std::size_t other_files = 0;          ///< In folders: files whose names are not those of reports.
};

/// Reads, derives and stores the reports at `paths` (`-` is stdin). Fails only where the store does; what was
/// stored stays.
Result<ImportedPaths> import_paths(Store& store, const std::vector<std::string>& paths,
                                   const SiteRules& rules, Symbolizer& symbolizer, const Clock& clock,
                                   const ImportObserver& observer);

/// A file of counts that somebody else measured.
struct ReadCountsFile {
  std::string path;
  std::size_t counts = 0;
  std::vector<std::string> problems;  ///< A line for each row that was left out.
};
struct ReadCounts {
  std::vector<ImportedCount> counts;
  std::vector<ReadCountsFile> files;
};
/// Fails as a whole where a file cannot be read as counts.
Result<ReadCounts> read_count_files(const std::vector<std::string>& paths);

}  // namespace faultline

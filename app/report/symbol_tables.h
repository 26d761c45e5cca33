// The archive of symbol files, and what it holds as tables.

#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "core/base/result.h"
#include "reports/formats/table.h"

namespace faultline {

/// The user's archive. An error where there is no place for one.
Result<SymbolArchive> open_symbol_archive();

struct ArchivedPaths {
  std::vector<ArchiveEntry> added;
  std::size_t present = 0;  ///< Files that were there already.
  std::vector<ArchivedCache> caches;
  std::size_t problems = 0;  ///< Files that could not be used.
};
/// Says of each file that could not be used why, in one line. Fails as a whole where a path is not there or
/// the archive cannot be written; what was kept until then stays.
/// Of shared caches only `wanted` images are kept.
Result<ArchivedPaths> archive_paths(SymbolArchive& archive, const std::vector<std::string>& paths,
                                    const WantedImages& wanted,
                                    const std::function<void(const std::string& line)>& problem);

/// One row an archived file.
Table archive_table(const std::vector<ArchiveEntry>& entries);
/// One row a function of an archived file.
Table lookup_table(const std::vector<SymbolAddress>& found);

}  // namespace faultline

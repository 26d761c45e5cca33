// A store whose list of tables is damaged: the list is made again from where a new store has its tables.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace faultline {

/// Writes to `copy` the pages of the store at `path` (with its write-ahead log) under a file header and a
/// list of tables that are whole: entries that can be read are kept, the others are taken from a new store or
/// a compacted one, whichever fits the pages better. Gives the tables whose place in the file is not known.
///
/// Fails where `path` is no store of ours, or where its pages fit neither. `path` is only read.
/// Format: sqlite.org/fileformat2.html, sections 1.3, 1.6 and 2.6.
Result<std::vector<std::string>> salvage_schema(const std::filesystem::path& path,
                                                const std::filesystem::path& copy);

}  // namespace faultline

// Where symbols come from, and what of it could not be used.

#pragma once

#include <string>
#include <vector>

#include "analyzer/symbolize/symbolize_report.h"
#include "core/base/result.h"

namespace faultline {

/// The user's archive and cache, and these paths before them.
SymbolizeOptions symbolize_options(const std::vector<std::string>& symbol_paths);
/// The same for what shall make nothing that stays: a cache that is not there yet is a temporary one.
SymbolizeOptions without_new_cache(SymbolizeOptions options);
/// An error for a path that does not exist: a misspelt one would silently name nothing.
Result<void> check_symbol_paths(const std::vector<std::string>& symbol_paths);

/// A line for each file that `symbolizer` met and could not use, once each; of those that it found by itself
/// only if `all`: files at the images' own paths are of other builds wherever a report comes from elsewhere.
std::vector<std::string> symbol_problems(const Symbolizer& symbolizer,
                                         const std::vector<std::string>& symbol_paths, bool all);

}  // namespace faultline

// Where symbols come from on this command line, and the derivation that uses them.

#pragma once

#include <string>
#include <vector>

#include "analyzer/symbolize/symbolize_report.h"
#include "core/base/result.h"

namespace faultline {

/// The user's archive and cache, and these paths before them.
SymbolizeOptions symbolize_options(const std::vector<std::string>& symbol_paths);
/// An error for a path that does not exist: a misspelt one would silently name nothing.
Result<void> check_symbol_paths(const std::vector<std::string>& symbol_paths);

/// Names on stderr, once each, the files that `symbolizer` met and could not use; of those that it found
/// by itself only if `all`. True if there was any.
bool complain_of_symbols(const Symbolizer& symbolizer, const std::vector<std::string>& symbol_paths,
                         bool all);

}  // namespace faultline

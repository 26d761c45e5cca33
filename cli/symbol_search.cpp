#include "cli/symbol_search.h"

#include <algorithm>
#include <system_error>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "cli/terminal.h"

namespace faultline {

SymbolizeOptions symbolize_options(const std::vector<std::string>& symbol_paths) {
  SymbolizeOptions options;
  options.search_paths.assign(symbol_paths.begin(), symbol_paths.end());
  options.archive_folder = default_symbol_archive_folder();
  options.cache_folder = default_gsym_cache_folder();
  return options;
}

Result<void> check_symbol_paths(const std::vector<std::string>& symbol_paths) {
  for (const auto& path : symbol_paths) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      return fail(ErrorKind::io, "--symbols " + path + ": no such file or folder");
    }
  }
  return {};
}

bool complain_of_symbols(const Symbolizer& symbolizer, const std::vector<std::string>& symbol_paths,
                         bool all) {
  bool any = false;
  for (const auto& issue : symbolizer.issues()) {
    const bool given = std::any_of(symbol_paths.begin(), symbol_paths.end(),
                                   [&](const std::string& path) { return issue.path.starts_with(path); });
    if (!all && !given) continue;
    print_error(issue.path + ": " + issue.message);
    any = true;
  }
  return any;
}

}  // namespace faultline

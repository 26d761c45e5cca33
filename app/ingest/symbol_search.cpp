#include "app/ingest/symbol_search.h"

#include <algorithm>
#include <system_error>

#include "analyzer/symbolize/archive/symbol_archive.h"

namespace faultline {

SymbolizeOptions symbolize_options(const std::vector<std::string>& symbol_paths) {
  SymbolizeOptions options;
  options.search_paths.assign(symbol_paths.begin(), symbol_paths.end());
  options.archive_folder = default_symbol_archive_folder();
  options.cache_folder = default_gsym_cache_folder();
  return options;
}

SymbolizeOptions without_new_cache(SymbolizeOptions options) {
  std::error_code ignored;
  if (!std::filesystem::is_directory(options.cache_folder, ignored)) options.cache_folder.clear();
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

std::vector<std::string> symbol_problems(const Symbolizer& symbolizer,
                                         const std::vector<std::string>& symbol_paths, bool all) {
  std::vector<std::string> problems;
  for (const auto& issue : symbolizer.issues()) {
    const bool given = std::any_of(symbol_paths.begin(), symbol_paths.end(),
                                   [&](const std::string& path) { return issue.path.starts_with(path); });
    if (all || given) problems.push_back(issue.path + ": " + issue.message);
  }
  return problems;
}

}  // namespace faultline

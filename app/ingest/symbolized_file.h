// A report file with every frame named that can be named.

#pragma once

#include <string>
#include <vector>

#include "analyzer/symbolize/symbolize_report.h"
#include "core/base/result.h"

namespace faultline {

/// A report with its frames named, and what is wrong with the document itself.
struct SymbolizedFile {
  SymbolizedReport symbolized;
  std::vector<Issue> read_issues;
  std::string left_out;  ///< A sentence where the path holds more reports; empty if not.
};

/// Reads the report at `path` (`-` is stdin, of an .xccrashpoint bundle the newest) and names its frames,
/// from `symbol_paths` first. Fails where it is no report at all.
Result<SymbolizedFile> symbolize_file(const std::string& path, const std::vector<std::string>& symbol_paths);

/// Which file named how many frames, a line an image.
std::vector<std::string> symbol_file_lines(const SymbolizedReport& symbolized);

}  // namespace faultline

#include <sstream>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "core/process/tool_process.h"

namespace faultline {

std::vector<std::filesystem::path> find_with_spotlight(const Uuid& uuid) {
  ToolRun run;
  run.argv = {"/usr/bin/mdfind", "com_apple_xcode_dsym_uuids == " + uuid.upper_text()};
  const auto outcome = run_tool(run);
  if (!outcome || outcome->exit_code != 0) return {};  // Indexing is switched off on many build hosts.
  std::vector<std::filesystem::path> files;
  std::istringstream lines(outcome->output);
  for (std::string line; std::getline(lines, line);) {
    for (auto& file : files_of_dsym(line)) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace faultline

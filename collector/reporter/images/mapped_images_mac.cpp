#include "collector/reporter/images/mapped_images.h"
#include "core/process/tool_process.h"

namespace faultline {

std::vector<std::string> mapped_images(pid_t pid) {
  ToolRun run;
  run.argv = {"/usr/bin/vmmap", "-w", std::to_string(pid)};
  run.timeout = std::chrono::seconds(5);
  const auto outcome = run_tool(run);
  if (!outcome || outcome->exit_code != 0) return {};
  return images_in_vmmap(outcome->output);
}

}  // namespace faultline

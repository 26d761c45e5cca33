#include <unistd.h>

#include "app/host/host_defaults.h"

namespace faultline {

ReporterKind default_reporter() { return ReporterKind::supervisor; }

// Linux has no reporter of its own: folders are named on the command line.
std::vector<std::filesystem::path> default_report_folders() { return {}; }

std::vector<std::string> python_commands() { return {"python3"}; }

std::vector<std::string> stay_awake_command(std::int64_t pid) {
  static constexpr const char* kInhibit = "/usr/bin/systemd-inhibit";
  // Without a login manager there is nobody to tell, and nobody who would send the machine to sleep.
  if (::access(kInhibit, X_OK) != 0 || ::access("/run/systemd/seats", F_OK) != 0) return {};
  return {kInhibit,
          "--what=sleep:idle",
          "--who=faultline",
          "--why=a crash campaign runs",
          "tail",
          "--pid=" + std::to_string(pid),
          "-f",
          "/dev/null"};
}

}  // namespace faultline

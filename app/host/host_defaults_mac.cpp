#include <unistd.h>

#include <cstdlib>

#include "app/host/host_defaults.h"

namespace faultline {

ReporterKind default_reporter() { return ReporterKind::folders; }

std::vector<std::filesystem::path> default_report_folders() {
  std::vector<std::filesystem::path> folders;
  if (const char* home = std::getenv("HOME"); home != nullptr) {
    folders.push_back(std::filesystem::path(home) / "Library/Logs/DiagnosticReports");
  }
  folders.emplace_back("/Library/Logs/DiagnosticReports");
  return folders;
}

std::vector<std::string> python_commands() {
  std::vector<std::string> commands{"python3"};
  // Without Xcode or its command line tools the stub would only open a dialog.
  const bool tools = ::access("/Library/Developer/CommandLineTools/usr/bin/python3", X_OK) == 0 ||
                     ::access("/Applications/Xcode.app/Contents/Developer/usr/bin/python3", X_OK) == 0;
  if (tools) commands.emplace_back("/usr/bin/python3");
  return commands;
}

std::vector<std::string> stay_awake_command(std::int64_t pid) {
  // Neither the system (-i, and -s on the mains) nor the disk (-m), until that process ends.
  return {"/usr/bin/caffeinate", "-i", "-m", "-s", "-w", std::to_string(pid)};
}

}  // namespace faultline

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

std::vector<std::string> stay_awake_command(std::int64_t pid) {
  // Neither the system (-i, and -s on the mains) nor the disk (-m), until that process ends.
  return {"/usr/bin/caffeinate", "-i", "-m", "-s", "-w", std::to_string(pid)};
}

}  // namespace faultline

#include <cstdlib>

#include "cli/host_defaults.h"

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

}  // namespace faultline

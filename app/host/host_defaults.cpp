#include "app/host/host_defaults.h"

namespace faultline {

ReporterKind chosen_reporter(const std::string& name) {
  if (name.empty()) return default_reporter();
  return name == "folder" ? ReporterKind::folders : ReporterKind::supervisor;
}

std::vector<std::filesystem::path> chosen_report_folders(ReporterKind reporter,
                                                         const std::vector<std::string>& named) {
  std::vector<std::filesystem::path> folders(named.begin(), named.end());
  if (reporter == ReporterKind::folders && folders.empty()) return default_report_folders();
  return folders;
}

}  // namespace faultline

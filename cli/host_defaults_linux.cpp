#include "cli/host_defaults.h"

namespace faultline {

ReporterKind default_reporter() { return ReporterKind::supervisor; }

// Linux has no reporter of its own: folders are named on the command line.
std::vector<std::filesystem::path> default_report_folders() { return {}; }

}  // namespace faultline

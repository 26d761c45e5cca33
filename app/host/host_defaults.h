// What differs between systems before anything is asked of them.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/run/campaign_runner.h"

namespace faultline {

/// Who writes reports on this system: macOS itself, or on Linux our supervisor.
ReporterKind default_reporter();

/// Where the system's reporter puts reports; `Retired/` is looked into beside each.
std::vector<std::filesystem::path> default_report_folders();

/// What `--reporter` names, `supervisor` or `folder`; the default of this system where it is empty.
ReporterKind chosen_reporter(const std::string& name);

/// What `--report-folder` names; where it names none and the reporter writes into folders, the system's.
std::vector<std::filesystem::path> chosen_report_folders(ReporterKind reporter,
                                                         const std::vector<std::string>& named);

/// Pythons whose crashes doctor looks at: the one in PATH, on macOS also the system's stub, which starts
/// another.
std::vector<std::string> python_commands();

/// A command that holds off sleep until the process `pid` ends; empty where the system has none.
std::vector<std::string> stay_awake_command(std::int64_t pid);

}  // namespace faultline

// A report document put into its folder under the name that macOS would give it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "collector/trial/process_runner.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/crash_report.h"

namespace faultline {

/// `Name-YYYY-MM-DD-HHMMSS.ips` for local time; for attempt n > 0 `….000.ips`, `….001.ips` and so on.
/// What cannot stand in a file name becomes `_`.
std::string report_file_name(std::string_view process_name, WallTime time, int zone_minutes, int attempt);

/// Writes a hidden file and renames it, so that the final name appears complete; never replaces a file.
Result<std::filesystem::path> write_report_file(const std::filesystem::path& folder,
                                                std::string_view process_name, WallTime time,
                                                std::string_view text);

/// The same for the report of process `pid`, made now.
Result<WrittenReport> write_report(const std::filesystem::path& folder, const CrashReport& report,
                                   std::int64_t pid);

}  // namespace faultline

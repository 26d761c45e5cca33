// What Swift prints of a crash with SWIFT_BACKTRACE, on any system.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// The line with which such a report begins.
bool is_swift_backtrace_head(std::string_view line);
bool is_swift_backtrace(std::string_view text);

/// Its threads, with addresses where it was asked for them, registers and images. It says in words what
/// happened; times and process number are not there, which is an issue.
CrashReport parse_swift_backtrace(std::string_view text);

}  // namespace faultline

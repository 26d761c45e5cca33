// Reports of AddressSanitizer, ThreadSanitizer and their kin.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// The line with which such a report begins.
bool is_sanitizer_head(std::string_view line);
bool is_sanitizer_text(std::string_view text);

/// Each stack is a thread, the first the crashed one, named by the line above it (`freed by thread T0`).
/// What the sanitizer found stands in the application-specific information. A data race did not end the
/// process: its kind is non_fatal, and it has no exception. An issue says what such a report lacks.
CrashReport parse_sanitizer_text(std::string_view text);

}  // namespace faultline

// What Python's `faulthandler` prints when a signal ends the interpreter.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// The line with which such a report begins.
bool is_faulthandler_head(std::string_view line);
bool is_faulthandler_text(std::string_view text);

/// Threads with their Python frames; the current one is the crashed one. Its limits are an issue: no native
/// frames (but the C stack that newer interpreters add), registers, images or process.
CrashReport parse_faulthandler_text(std::string_view text);

}  // namespace faultline

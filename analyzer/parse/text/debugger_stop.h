// Why a debugger says that it stopped.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// `* thread #24, name = 'x', stop reason = EXC_BAD_ACCESS (code=1, address=0x5ed394c8c)` -> the exception.
/// False for any other line, and where the report has an exception.
bool read_debugger_stop(std::string_view content, CrashReport& report);

}  // namespace faultline

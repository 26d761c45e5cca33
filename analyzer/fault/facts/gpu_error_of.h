// The GPU's own error among the words of a report.

#pragma once

#include <string>

#include "core/model/crash_report.h"

namespace faultline {

/// From application-specific information, the exception's reason and message, and the termination's
/// reasons, in this order; empty where none names one.
std::string gpu_error_of(const CrashReport& report);

}  // namespace faultline

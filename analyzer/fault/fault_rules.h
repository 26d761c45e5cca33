// Which instruction dereferenced what, or why else the process ended: one explanation per report.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"
#include "core/model/fault_explanation.h"

namespace faultline {

/// Runs the ordered rules over the report; the first that decides gives kind and sentence.
///
/// `output_gpu_error`: what the trial's output named; empty: nothing. It is the cause where the program ended
/// itself and the report names none; of a bad access it is evidence beside others.
///
/// Total: a report that says nothing gives kind `unknown` and says so. Costs some microseconds, the
/// first call for a CPU some milliseconds. Threads: any number at once.
FaultExplanation explain_fault(const CrashReport& report, std::string_view output_gpu_error = {});

}  // namespace faultline

// MetricKit's diagnostic payloads, as apps receive and upload them.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

bool is_metrickit(std::string_view text);

/// The first crash diagnostic of a payload, else its first hang, CPU or disk-write diagnostic. Stacks come
/// as trees without symbols; the first thread that is marked as attributed is the crashed one. What the
/// payload lacks, and how many further diagnostics it holds, are issues.
CrashReport parse_metrickit(std::string_view text);

}  // namespace faultline

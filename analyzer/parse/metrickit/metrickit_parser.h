// MetricKit's diagnostics, as apps receive and upload them.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

bool is_metrickit(std::string_view text);

/// The first crash diagnostic of a document, else its first hang, launch, CPU, disk-write or memory
/// diagnostic.
///
/// Documents: `MXDiagnosticPayload`, one of its diagnostics alone, the Codable `DiagnosticReport` of the 2026
/// systems, and arrays of these. Stacks come as trees without symbols; the first thread that is marked as
/// attributed is the crashed one. What the document lacks, and how many further diagnostics it holds, are
/// issues. Source of the forms: Apple's reference of MetricKit; how JSONEncoder writes enumerations, dates,
/// dictionaries and measurements.
CrashReport parse_metrickit(std::string_view text);

}  // namespace faultline

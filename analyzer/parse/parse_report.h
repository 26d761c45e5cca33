// Any bytes -> CrashReport: the one door into the parsers.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// Any bytes -> a CrashReport whose `kind` says what it is; never fails, damaged input gives what
/// could be read plus issues.
///
/// Reads .ips files of every bug type, translated and legacy text, and what is left of them after
/// copying and pasting. Bytes that are no report at all give `unreadable` with one issue that says
/// what they look like and what to do. `bytes` need not outlive the call.
/// Of several reports in one document the first is read, and an issue says how many follow; callers that
/// want each use split_reports() and parse_one_report().
CrashReport parse_report(std::string_view bytes);

/// The same for bytes that are one report: a piece that split_reports() gave.
CrashReport parse_one_report(std::string_view bytes);

}  // namespace faultline

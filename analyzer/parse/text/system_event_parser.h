// Kernel panics and GPU events: what joins them to a trial.

#pragma once

#include <string_view>

#include "analyzer/parse/json/report_field.h"
#include "core/model/crash_report.h"

namespace faultline {

/// Reads a panic log (a `.panic` file of older systems, or the panic string inside a JSON body): the
/// panic's first line, panicked task and pid, and the kernel extensions in the backtrace with their
/// versions, dependencies left out. False, with `report` untouched, for a text that is no panic.
bool is_panic_text(std::string_view text);
CrashReport parse_panic(std::string_view text);
bool parse_panic_text(std::string_view text, CrashReport& report);

/// Reads the JSON body of a panic, forced reset or GPU event; the report's kind says of which.
/// Members that stay empty were not in the body.
void read_system_event(const ReportField& body, CrashReport& report);

}  // namespace faultline

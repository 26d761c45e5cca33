// .ips -> CrashReport + issues.

#pragma once

#include <string_view>

#include "analyzer/parse/json_value.h"
#include "analyzer/parse/report_field.h"
#include "core/crash_report.h"

namespace faultline {

/// Reads a report that is laid out as it is on disk: the header object, then the body.
///
/// Never fails: what cannot be used becomes an issue with its JSON pointer (those of the header
/// begin with `/header`), and a damaged body gives what stands before and around the damage.
/// A body that is text is read as such. `bytes` need not outlive the call.
CrashReport parse_ips(std::string_view bytes);

/// Reads the header object into `report`: its fields, and what the body may lack.
void read_header(const ReportField& field, CrashReport& report);

/// Reads the members of a crash report's body into `report`.
void read_body(const ReportField& field, CrashReport& report);

/// What can only be said once everything was read: the kind of a simulated report, frames that name
/// no image, what the header knows and the body does not.
void finish_report(CrashReport& report, IssueList& issues);

}  // namespace faultline

// .ips -> CrashReport + issues.

#pragma once

#include <string_view>

#include "analyzer/parse/json/json_value.h"
#include "analyzer/parse/json/report_field.h"
#include "core/model/crash_report.h"

namespace faultline {

/// What parse_ips() found, for a caller that has other ways to try.
struct IpsReading {
  CrashReport report;
  bool recognised = false;  ///< There was a header, or an object with a report's keys.
  bool undamaged = false;   ///< Header and JSON body were strictly JSON, with nothing to put right.
};

/// Reads a report with its header line and its body, whatever text stands in front of them or behind.
///
/// Never fails: what cannot be used becomes an issue with its JSON pointer (those of the header
/// begin with `/header`), and a damaged body gives what stands before and around the damage.
/// A body that is text is read as such; where damage has left the JSON without threads, a translated
/// text in front of it stands in. `bytes` need not outlive the call.
IpsReading parse_ips(std::string_view bytes);

/// Reads the header object into `report`: its fields, and what the body may lack.
void read_header(const ReportField& field, CrashReport& report);

/// Reads the members of a crash report's body into `report`.
void read_body(const ReportField& field, CrashReport& report);

/// What can only be said once everything was read: the kind of a simulated report, frames that name
/// no image, what the header knows and the body does not.
void finish_report(CrashReport& report, IssueList& issues);

}  // namespace faultline

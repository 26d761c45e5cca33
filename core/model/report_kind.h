// Bug types: what the number in a report's header says that the document is.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// The kind of a bug type given as digits. `other` for numbers that nobody has named; never
/// `unreadable`. 185, 385 and their like are `non_fatal`: the process usually lived on.
ReportKind kind_of_bug_type(std::string_view bug_type);

/// A short name for people: `crash`, `jetsam (memory pressure)`; `bug type 999` is not made here:
/// empty where nobody has named it. Lives for ever.
std::string_view bug_type_name(std::string_view bug_type);

}  // namespace faultline

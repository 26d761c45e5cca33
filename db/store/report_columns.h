// What several columns of a report hold: for those that write the rows, and for the hash over them.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// `15.7.3` of `macOS 15.7.3`; empty if unknown. Lives as long as the report, as the next.
std::string_view os_version_of(const CrashReport& report);
/// Empty if unknown.
std::string_view process_name_of(const CrashReport& report);
/// When it happened, as `*_at` columns have it.
std::optional<std::string> time_of(const CrashReport& report);
/// The raw codes, 16 hex digits each.
std::string codes_json(const ExceptionInfo& exception);
/// Of the crashed thread; nullopt where the report has none.
std::optional<std::string> registers_json(const CrashReport& report);

}  // namespace faultline

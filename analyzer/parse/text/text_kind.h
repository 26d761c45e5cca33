// What sort of document a crash text is.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// Lines that tell it beside the report's own facts.
struct TextMarks {
  bool sampled = false;
  bool by_sample = false;  ///< Taken by a person, with /usr/bin/sample.
  bool leaks = false;
  std::string_view event;  ///< Of a hang, a watchdog or a limit.
};

ReportKind kind_of_text(const CrashReport& report, const TextMarks& marks);

}  // namespace faultline

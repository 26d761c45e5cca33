// The `Key:   value` lines at the top of a crash text, in all generations of the format.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// What a header line means for the lines after it.
enum class HeaderLine {
  unknown,  ///< No header line at all.
  known,
  termination,  ///< Reasons may follow, a line each.
};

/// Reads one line into `report`. The first of several lines with one key wins: what comes later
/// belongs to another part of the text.
HeaderLine read_header_line(std::string_view line, CrashReport& report);

}  // namespace faultline

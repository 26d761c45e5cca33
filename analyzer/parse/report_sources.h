// The forms of crash reports that are parsed, apart from the .ips family.

#pragma once

#include <span>
#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// One source: a folder with its parser, and a line in report_sources.cpp.
struct ReportSource {
  std::string_view name;
  /// Looks for a mark that nothing else has. Cheap: a few searches.
  bool (*recognise)(std::string_view text);
  /// Never fails; what is damaged or missing is an issue. The kind stays `unreadable` where the text is
  /// not of this source after all.
  CrashReport (*parse)(std::string_view text);
};

/// In the order in which they are tried; the last one takes any text.
std::span<const ReportSource> report_sources();

}  // namespace faultline

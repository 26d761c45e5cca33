// What .NET prints of an exception that nobody caught: the managed stack, which the report itself lacks.

#pragma once

#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// Reads `Unhandled exception. Type: message` and the lines `at Method(args) in file:line 12` below it, as
/// people paste them above the report.
class ManagedExceptionReader {
 public:
  /// True where the line is one of these.
  bool read(std::string_view content, CrashReport& report);
  /// Names the frames' image after the process, which may have come later in the text.
  void finish(CrashReport& report) const;

 private:
  bool in_it_ = false;
  bool any_ = false;
};

}  // namespace faultline

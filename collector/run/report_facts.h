// The few things in a report's body that decide how its trial ended. Everything else is the analyzer's.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

struct ReportFacts {
  /// A fatal crash of a process: bug type 309 (or 109, 9: text bodies), not simulated. Reports of
  /// processes that lived on, of hangs and of limits are evidence, but no crash.
  bool is_crash = false;
  bool is_panic = false;      ///< 210, 110, 10.
  bool is_gpu_event = false;  ///< 284, 184, 21.
  /// It died before its own code ran: termination namespace DYLD, CODESIGNING or EXEC.
  std::optional<std::string> launch_failure;
  std::vector<std::string> image_names;  ///< Of the image list; empty where the body is not JSON.
  std::optional<WallTime> event_time;    ///< GPU events: when the system says that it happened.
  std::string panic_string;              ///< Panics: the first line.
};

/// Reads a whole report document. Never fails: what is not there stays at its default.
ReportFacts read_report_facts(std::string_view bytes);

}  // namespace faultline

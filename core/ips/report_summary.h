// What a report says of itself at a first reading: whose it is, and what decides how its trial ended.
// Everything else is the analyzer's.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

/// Who crashed, when. Members are absent where the report does not say.
struct ReportIdentity {
  std::optional<std::string> incident;  ///< Upper case.
  std::optional<std::string> bug_type;
  std::optional<std::string> process_name;
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> parent_pid;
  std::optional<std::int64_t> responsible_pid;  ///< Of the process on whose behalf it ran.
  std::optional<WallTime> launch_time;
  std::optional<WallTime> capture_time;
  std::optional<std::uint64_t> start_ticks;
  std::optional<std::string> boot_session;  ///< Upper case.
  /// False while a file is still being written, or was cut.
  bool complete = false;
};

struct ReportFacts {
  std::optional<std::int64_t> pid;  ///< Of the process that it is about.
  /// A fatal crash of a process: bug type 309 (or 109, 9: text bodies), not simulated. Reports of
  /// processes that lived on, of hangs and of limits are evidence, but no crash.
  bool is_crash = false;
  bool is_panic = false;      ///< 210, 110, 10.
  bool is_gpu_event = false;  ///< 284, 184, 21.
  /// It ended before its own code ran: termination namespace DYLD, CODESIGNING or EXEC.
  std::optional<std::string> launch_failure;
  std::vector<std::string> image_names;  ///< Of the image list; empty where the body is not JSON.
  std::optional<WallTime> event_time;    ///< GPU events: when the system says that it happened.
  std::string panic_string;              ///< Panics: the first line.
};

struct ReportSummary {
  ReportIdentity identity;
  ReportFacts facts;
};

/// Reads header and body once, by the first format of report_formats.h that recognises them. Never
/// fails: what is not there stays at its default. The cost is one pass over the bytes; no tree is built.
ReportSummary summarize_report(std::string_view bytes);

}  // namespace faultline

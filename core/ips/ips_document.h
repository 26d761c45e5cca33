// A crash report file split into its parts, and whose it is: just enough for the collector to know
// which trial a new report belongs to. Everything else is the analyzer's.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"

namespace faultline {

/// Views into the bytes given to split_ips(); they must outlive it.
struct IpsParts {
  std::string_view before;  ///< Text in front of the header line: a translated report, prose.
  std::string_view header;  ///< The header object on its line; empty if none was found.
  std::string_view body;    ///< From the first byte after the header line to the end of the body.
  std::string_view after;   ///< What follows the body's closing brace: a hardware profile, prose.
  bool body_is_json = false;
  bool body_is_complete = false;  ///< The JSON body's braces close.
};

/// Finds the first line that is an object with `bug_type` or `incident_id`, and the value after it.
/// Never fails: where there is no header, everything but a body that starts with `{` is `before`.
IpsParts split_ips(std::string_view bytes);

/// Who died, when. Members are absent where the report does not say.
struct ReportIdentity {
  std::optional<std::string> incident;  ///< Upper case.
  std::optional<std::string> bug_type;
  std::optional<std::string> process_name;
  std::optional<std::int64_t> pid;
  std::optional<std::int64_t> parent_pid;
  std::optional<WallTime> launch_time;
  std::optional<WallTime> capture_time;
  std::optional<std::uint64_t> start_ticks;
  std::optional<std::string> boot_session;
  /// False while a file is still being written, or was cut.
  bool complete = false;
};

/// Reads the identity from header and body (or from a text report's first lines).
ReportIdentity read_identity(std::string_view bytes);

}  // namespace faultline

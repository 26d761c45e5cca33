// A crash report file split into its parts: header line, body, and what stands around them.

#pragma once

#include <string_view>

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

/// Whether a line is such an object and nothing of a body.
bool is_ips_header(std::string_view line);

}  // namespace faultline

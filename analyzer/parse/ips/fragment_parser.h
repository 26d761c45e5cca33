// Pieces of a report's JSON, as people paste them: what can be told from them.

#pragma once

#include <optional>
#include <string_view>

#include "core/model/crash_report.h"

namespace faultline {

/// Looks for members that it knows (`"exception" : …`, `"frames":[…`) anywhere in the text, however it
/// begins and ends, and reads each. A stack without its thread becomes a thread of its own, with the
/// registers that stand in front of it. The origin is `reconstructed`. nullopt where no such member
/// was found.
std::optional<CrashReport> parse_fragment(std::string_view text);

}  // namespace faultline

// The words with which a program says on standard error why it gives up.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// The last lines of `error_output` that read like a failed assertion, an uncaught exception or a check
/// of the run-time library, in order; at most four, each cut at 4 KiB. Empty if there is none.
std::vector<std::string> find_assertion_lines(std::string_view error_output);

}  // namespace faultline

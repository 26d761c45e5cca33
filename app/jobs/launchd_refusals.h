// Why launchd would not load a job, read from what launchctl says.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// Whether it passes by itself: 5 (input/output error) and 37 (operation already in progress) come as long as
/// the job that was booted out has not ended, which takes up to its ExitTimeOut. `refusal` is the error of a
/// command: `launchctl exited with 5: …`, or a line of its own: `Bootstrap failed: 37: …`.
bool passes_by_itself(std::string_view refusal);

/// What launchctl's words mean and what to do; empty where they say it well enough themselves.
std::string explain_refusal(std::string_view refusal);

}  // namespace faultline

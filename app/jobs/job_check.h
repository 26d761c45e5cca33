// A command run once as the system runs a scheduled job, and what it said there.

#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/result.h"

namespace faultline {

/// What `command` is wrapped into: its output, standard error too, goes to `output_file`, and when it has
/// ended its exit status to a file beside it. Neither launchd nor systemd would tell us both.
std::vector<std::string> recorded_command(const std::vector<std::string>& command,
                                          const std::filesystem::path& output_file);

/// Removes what an earlier one left.
void forget_recorded(const std::filesystem::path& output_file);

struct RecordedEnd {
  int exit_status = 0;
  std::string output;
};
/// Waits until a recorded command has ended. Errors: `limit` has passed (kind timeout), `stop` became true
/// (kind interrupted), or what it left cannot be read.
Result<RecordedEnd> wait_for_recorded(const std::filesystem::path& output_file, std::chrono::seconds limit,
                                      Clock& clock, const std::atomic<bool>& stop);

}  // namespace faultline

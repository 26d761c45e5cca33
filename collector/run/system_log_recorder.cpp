#include "collector/run/system_log_recorder.h"

#include <chrono>
#include <utility>

#include "collector/host/system_log.h"
#include "core/files/text_file.h"
#include "core/model/outcome.h"

namespace faultline {
namespace {

constexpr std::chrono::seconds kLogBefore{1};
constexpr std::chrono::seconds kLogAfter{2};
constexpr std::size_t kMostLogBytes = 4U << 20;

}  // namespace

void SystemLogRecorder::record(const Trial& trial, const std::filesystem::path& trial_folder) {
  if (!setting_.campaign.system_log || !is_bad(trial.verdict.outcome)) return;
  const auto end = trial.started + std::chrono::duration_cast<std::chrono::microseconds>(trial.duration);
  HostCommand command;
  command.argv = system_log_command(trial.started - kLogBefore, end + kLogAfter);
  command.limit = setting_.campaign.hooks.timeout;
  command.most_output_bytes = kMostLogBytes;
  const auto text = setting_.parts.commands.run(command);
  if (text) {
    const auto written = write_file_atomically(trial_folder / "system_log.txt", *text + "\n");
    if (!written) setting_.note(written.error().text());
  } else if (!std::exchange(failed_, true)) {
    setting_.note("the system's log is not kept: " + text.error().text());
  }
}

}  // namespace faultline

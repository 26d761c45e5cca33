#include <csignal>
#include <ctime>
#include <set>

#include "collector/trial/process_runner.h"
#include "collector/trial/process_tree.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

/// Rounds of SIGKILL, 20 ms apart: more than enough for whatever can be killed.
constexpr int kRounds = 100;

bool is_same_process(const StartRecord& record) {
  return record.start_ticks != 0 && process_start_ticks(static_cast<pid_t>(record.pid)) == record.start_ticks;
}

}  // namespace

Result<std::int64_t> end_surviving_trial(const std::filesystem::path& trial_folder,
                                         std::string_view boot_session) {
  const auto path = trial_folder / "started.json";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return 0;
  TRY_ASSIGN(const auto text, read_file(path));
  const auto record = read_start_record(text);
  // Cut short by a power failure: the command is let go only when its record is whole on the disk.
  if (!record) return 0;
  if (record->boot_session != boot_session) return 0;

  std::set<pid_t> ended;
  for (int round = 0; round < kRounds; ++round) {
    // The session goes by the command's pid, and that number is taken again only when both are gone.
    auto left = processes_of_trial(static_cast<pid_t>(record->pid), trial_folder);
    if (is_same_process(*record)) {
      for (const pid_t pid : living_descendants(static_cast<pid_t>(record->pid), 0)) left.push_back(pid);
    } else if (process_start_ticks(static_cast<pid_t>(record->pid)) != 0) {
      // Another process has that pid: its session is not the trial's.
      left = processes_of_trial(0, trial_folder);
    }
    if (left.empty()) break;
    for (const pid_t pid : left) {
      if (::kill(pid, SIGKILL) == 0) ended.insert(pid);
    }
    const timespec pause{0, 20'000'000};
    ::nanosleep(&pause, nullptr);
  }
  return static_cast<std::int64_t>(ended.size());
}

}  // namespace faultline

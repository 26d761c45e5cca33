#include <utility>

#include "collector/trial/process_runner.h"
#include "collector/trial/supervisor_process.h"
#include "core/base/text_file.h"

namespace faultline {

ProcessRunnerPosix::ProcessRunnerPosix(std::filesystem::path supervisor)
    : supervisor_(std::move(supervisor)) {}

ProcessRunnerPosix::~ProcessRunnerPosix() = default;

Result<std::unique_ptr<SupervisorProcess>> ProcessRunnerPosix::start_supervisor() const {
  TRY_ASSIGN(auto process, SupervisorProcess::spawn(supervisor_));
  return std::make_unique<SupervisorProcess>(std::move(process));
}

/// One that is waiting, if it still lives; else a new one.
Result<std::unique_ptr<SupervisorProcess>> ProcessRunnerPosix::hand_over(const TrialSpec& spec) {
  std::unique_ptr<SupervisorProcess> waiting;
  {
    const std::lock_guard<std::mutex> held(mutex_);
    if (!waiting_.empty()) {
      waiting = std::move(waiting_.back());
      waiting_.pop_back();
    }
  }
  if (waiting && waiting->give(spec)) return waiting;
  TRY_ASSIGN(auto fresh, start_supervisor());
  TRY(fresh->give(spec));
  return fresh;
}

Result<TrialStatus> ProcessRunnerPosix::run(const TrialSpec& spec, const std::atomic<bool>& stop) {
  if (spec.argv.empty()) return fail(ErrorKind::invalid_argument, "a trial needs a command");
  const auto status_path = spec.trial_folder / "status.json";
  // What an earlier attempt in this folder said must not pass for this one's.
  for (const auto* name : {"status.json", "started.json"}) {
    std::error_code ignored;
    std::filesystem::remove(spec.trial_folder / name, ignored);
  }

  TRY_ASSIGN(const auto supervisor, hand_over(spec));
  TRY(supervisor->wait(stop));
  // Now, and not while a command runs: the start of a process beside it might sway a race. If it fails,
  // the next trial says so.
  if (auto next = stop.load() ? nullptr : start_supervisor().value_or(nullptr)) {
    const std::lock_guard<std::mutex> held(mutex_);
    waiting_.push_back(std::move(next));
  }
  TRY_ASSIGN(const auto text, read_file(status_path));
  auto status = read_trial_status(text);
  if (!status) status.error().add_context("while reading " + status_path.string());
  return status;
}

}  // namespace faultline

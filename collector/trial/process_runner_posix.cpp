#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "collector/trial/process_runner.h"
#include "collector/trial/supervisor_process.h"
#include "core/base/clock.h"
#include "core/files/text_file.h"

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

Result<std::int64_t> ProcessRunnerPosix::end_survivors(const std::filesystem::path& trial_folder,
                                                       const std::string& boot_session) {
  return end_surviving_trial(trial_folder, boot_session);
}

namespace {

/// Evidence of a hang, stacks of many processes, a full disk: a supervisor takes its time behind a trial.
constexpr std::chrono::milliseconds kEvidenceTime{120'000};
constexpr std::chrono::milliseconds kEndTime{15'000};
/// A trial that ends its supervisor gets one more.
constexpr int kAttempts = 2;

SupervisorPatience patience_with(const TrialSpec& spec) {
  return {spec.timeout + 2 * spec.grace + kEvidenceTime, 2 * spec.grace + kEndTime};
}

/// Records of an earlier attempt in this folder must not be read as those of this one.
void forget_attempt(const TrialSpec& spec) {
  for (const auto* name : {"status.json", "started.json"}) {
    std::error_code ignored;
    std::filesystem::remove(spec.trial_folder / name, ignored);
  }
}

/// It did not run as intended; the other trials go on.
TrialStatus set_aside(std::string why) {
  TrialStatus status;
  status.started_at = SystemClock().wall();
  status.start_error = std::move(why) + ", as often as it was tried";
  return status;
}

}  // namespace

Result<std::optional<std::string>> ProcessRunnerPosix::attempt(const TrialSpec& spec,
                                                               const std::atomic<bool>& stop) {
  forget_attempt(spec);
  TRY_ASSIGN(const auto supervisor, hand_over(spec));
  TRY_ASSIGN(auto broken, supervisor->wait(stop, patience_with(spec)));
  // The supervisor is gone: we end what it left running.
  if (broken) TRY(end_surviving_trial(spec.trial_folder, spec.boot_session));
  return broken;
}

Result<TrialStatus> ProcessRunnerPosix::run(const TrialSpec& spec, const std::atomic<bool>& stop) {
  if (spec.argv.empty()) return fail(ErrorKind::invalid_argument, "a trial needs a command");
  std::optional<std::string> broken;
  for (int i = 0; i < kAttempts; ++i) {
    TRY_ASSIGN(broken, attempt(spec, stop));
    if (!broken || stop.load()) break;
  }
  if (broken && stop.load()) return fail(ErrorKind::interrupted, *broken);
  if (broken) return set_aside(std::move(*broken));
  // Now, and not while a command runs: starting a process beside it could influence a race. If it fails,
  // the next trial says so.
  if (auto next = stop.load() ? nullptr : start_supervisor().value_or(nullptr)) {
    const std::lock_guard<std::mutex> held(mutex_);
    waiting_.push_back(std::move(next));
  }
  const auto status_path = spec.trial_folder / "status.json";
  TRY_ASSIGN(const auto text, read_file(status_path));
  auto status = read_trial_status(text);
  if (!status) status.error().add_context("while reading " + status_path.string());
  return status;
}

}  // namespace faultline

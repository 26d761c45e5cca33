// Runs nothing: what a trial's process does is written down by the test.

#pragma once

#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "collector/trial/clock_watch.h"
#include "collector/trial/process_runner.h"
#include "core/base/clock.h"
#include "core/files/text_file.h"
#include "tests/support/fake_clock.h"

namespace faultline {

/// What one execution does: its status, its output, and the reports that the supervisor writes.
struct FakeExecution {
  TrialStatus status;
  std::string stdout_text;
  std::string stderr_text;
  std::vector<std::string> reports;  ///< Bytes; written into the report folder and listed in the status.
};

/// Exit 0 after 100 ms.
inline FakeExecution passing_execution() {
  FakeExecution execution;
  execution.status.exit_code = 0;
  return execution;
}

/// Death by `signal`; on Linux the supervisor sees that, reports or not.
inline FakeExecution dying_execution(int signal) {
  FakeExecution execution;
  execution.status.term_signal = signal;
  return execution;
}

/// Gives each process a pid and a start time, writes what a supervisor writes, moves the clock.
class FakeProcessRunner final : public ProcessRunner {
 public:
  using Script = std::function<FakeExecution(const TrialSpec& spec)>;

  explicit FakeProcessRunner(Clock& clock) : clock_(clock) {}

  /// What the next executions do.
  Script script = [](const TrialSpec&) { return passing_execution(); };
  std::vector<TrialSpec> specs;  ///< As given, in order.
  std::int64_t next_pid = 1000;
  std::int64_t survivors = 0;                              ///< What end_survivors() answers.
  std::vector<std::filesystem::path> asked_for_survivors;  ///< Trial folders, in order.
  int failures = 0;  ///< So many runs fail with an error of our own machinery.
  /// Called when the process has started, when its status is on the disk: may throw HarnessKilled.
  std::function<void(const TrialSpec&)> while_running = [](const TrialSpec&) {};
  std::function<void(const TrialSpec&)> before_return = [](const TrialSpec&) {};

  Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                     const std::string& /*boot_session*/) override {
    asked_for_survivors.push_back(trial_folder);
    return survivors;
  }
  Result<TrialStatus> run(const TrialSpec& spec, const std::atomic<bool>& stop) override {
    specs.push_back(spec);
    if (failures > 0) {
      --failures;
      return fail(ErrorKind::process, "the trial's supervisor was killed by signal 9");
    }
    const std::int64_t pid = next_pid++;
    ClockWatch watch(clock_);
    const WallTime started = watch.start_wall();
    current_pid_ = pid;
    FakeExecution execution = script(spec);
    TrialStatus& status = execution.status;
    status.started = status.start_error.empty();
    status.pid = pid;
    status.started_at = started;
    status.started_steady = watch.start_steady();
    status.held = watch.looked_before_start();
    if (status.duration.count() == 0) status.duration = std::chrono::milliseconds(100);
    if (status.started) {
      write(spec.trial_folder / "started.json", write_start_record({pid, 0, started, spec.boot_session, 1}));
    }
    while_running(spec);
    watch.look();
    clock_.sleep(status.duration);
    watch.look();
    status.clock = watch.segments();
    if (status.term_signal && status.crash_deaths.empty() && *status.term_signal != 9) {
      status.crash_deaths.push_back({pid, *status.term_signal, status.timed_out});
    }
    write(spec.trial_folder / "stdout", execution.stdout_text);
    write(spec.trial_folder / "stderr", execution.stderr_text);
    for (std::size_t i = 0; i < execution.reports.size(); ++i) {
      const auto path =
          spec.report_folder / ("report-" + std::to_string(pid) + "-" + std::to_string(i) + ".ips");
      write(path, execution.reports[i]);
      status.reports.push_back({path, {}, pid});
    }
    status.interrupted = stop.load();
    write(spec.trial_folder / "status.json", write_trial_status(status));
    before_return(spec);
    return status;
  }

  /// Of the execution that the script is asked about.
  [[nodiscard]] std::int64_t current_pid() const { return current_pid_; }

 private:
  static void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
  }

  Clock& clock_;
  std::int64_t current_pid_ = 0;
};

}  // namespace faultline

// A watcher that touches nothing: reports of crashes come from elsewhere, or nobody wants them.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "collector/reporter/watch/crash_watcher.h"
#include "collector/reporter/watch/process_sampler.h"

namespace faultline {

/// Reports only hangs, and only where the system has a program that takes stacks from outside. Whatever
/// that program refuses is said in the note, and the trial is then judged by its use of the CPU alone.
///
/// Blocks the supervisor's loop while stacks are taken: for a second or two each time, at most for the limit.
class PassiveWatcher final : public CrashWatcher {
 public:
  /// An empty `command`: hangs are not reported either.
  PassiveWatcher(std::filesystem::path report_folder, SampleCommand command,
                 std::chrono::milliseconds sample_limit = std::chrono::seconds(20));

  Result<void> attach(pid_t child) override;
  bool handle(pid_t pid, int wait_status) override;
  void take_stacks(const std::vector<pid_t>& pids) override;
  bool report_hang(const std::vector<pid_t>& pids, const HangFacts& facts) override;
  [[nodiscard]] const std::vector<WrittenReport>& reports() const override { return reports_; }
  [[nodiscard]] std::string note() const override;

 private:
  std::map<pid_t, ProcessSample> sample(const std::vector<pid_t>& pids);

  std::filesystem::path report_folder_;
  SampleCommand command_;
  std::chrono::milliseconds sample_limit_;
  std::map<pid_t, ProcessSample> earlier_;  // Of take_stacks().
  std::vector<WrittenReport> reports_;
  std::vector<std::string> notes_;
};

}  // namespace faultline

#include "collector/run/trials/trial_workers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "collector/plan/campaign_file.h"
#include "collector/run/campaign_runner.h"
#include "tests/support/collector_ips.h"
#include "tests/support/fake_command_runner.h"
#include "tests/support/fake_host.h"
#include "tests/support/memory_journal.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::SizeIs;

PlannedTrial planned(std::int64_t index) { return {index, 0, 0, false}; }
WorkerResult nothing(const PlannedTrial& trial) { return {trial, std::optional<EndedTrial>(), {}}; }

TEST(TrialWorkersTest, OneWorkerWorksInTheThreadThatWaits) {
  const std::atomic<bool> stop{false};
  std::thread::id worker;
  TrialWorkers workers(
      1,
      [&](const PlannedTrial& trial, const std::atomic<bool>&) {
        worker = std::this_thread::get_id();
        return nothing(trial);
      },
      stop);

  workers.start(planned(3));
  EXPECT_FALSE(workers.has_room());
  EXPECT_EQ(workers.wait().planned.index, 3);
  EXPECT_EQ(worker, std::this_thread::get_id());
  EXPECT_TRUE(workers.is_idle());
}

TEST(TrialWorkersTest, TwoWorkersWorkAtTheSameTime) {
  const std::atomic<bool> stop{false};
  std::mutex mutex;
  std::condition_variable met;
  int inside = 0;
  TrialWorkers workers(
      2,
      [&](const PlannedTrial& trial, const std::atomic<bool>&) {
        // Each comes back only when the other one is there, too.
        std::unique_lock<std::mutex> held(mutex);
        ++inside;
        met.notify_all();
        met.wait(held, [&] { return inside == 2; });
        return nothing(trial);
      },
      stop);

  workers.start(planned(0));
  EXPECT_TRUE(workers.has_room());
  workers.start(planned(1));
  EXPECT_FALSE(workers.has_room());
  const std::set<std::int64_t> ended{workers.wait().planned.index, workers.wait().planned.index};

  EXPECT_EQ(ended, (std::set<std::int64_t>{0, 1}));
  EXPECT_TRUE(workers.is_idle());
}

TEST(TrialWorkersTest, AStopReachesEveryWorker) {
  std::atomic<bool> stop{false};
  TrialWorkers workers(
      2,
      [&](const PlannedTrial& trial, const std::atomic<bool>& asked) {
        while (!asked.load()) std::this_thread::yield();
        return nothing(trial);
      },
      stop);
  workers.start(planned(0));
  workers.start(planned(1));

  stop = true;

  workers.wait();
  workers.wait();
  EXPECT_TRUE(workers.is_idle());
}

TEST(TrialWorkersTest, LeavingEndsWhatStillRuns) {
  const std::atomic<bool> stop{false};
  std::atomic<int> ended{0};
  {
    TrialWorkers workers(
        3,
        [&](const PlannedTrial& trial, const std::atomic<bool>& asked) {
          while (!asked.load()) std::this_thread::yield();
          ++ended;
          return nothing(trial);
        },
        stop);
    workers.start(planned(0));
    workers.start(planned(1));
  }
  EXPECT_EQ(ended, 2);
}

TEST(TrialWorkersTest, WhatAWorkerThrowsIsThrownToTheOneWhoWaits) {
  const std::atomic<bool> stop{false};
  TrialWorkers workers(
      2, [](const PlannedTrial&, const std::atomic<bool>&) -> WorkerResult { throw HarnessKilled{}; }, stop);
  workers.start(planned(0));

  EXPECT_THROW(workers.wait(), HarnessKilled);
}

/// Runs nothing, in several threads. The trials of one pair begin together and end crosswise, and the system
/// writes the report of each while both still run.
class PairedRunner final : public ProcessRunner {
 public:
  explicit PairedRunner(std::filesystem::path report_folder) : report_folder_(std::move(report_folder)) {}

  Result<std::int64_t> end_survivors(const std::filesystem::path& /*trial_folder*/,
                                     const std::string& /*boot_session*/) override {
    return 0;
  }
  Result<TrialStatus> run(const TrialSpec& spec, const std::atomic<bool>& /*stop*/) override {
    const SystemClock clock;
    TrialStatus status;
    status.started = true;
    status.started_at = clock.wall();
    {
      std::unique_lock<std::mutex> held(mutex_);
      status.pid = next_pid_++;
      most_ = std::max(most_, ++inside_);
      const int pair = arrived_++ / 2;
      changed_.notify_all();
      changed_.wait(held, [&] { return arrived_ >= 2 * (pair + 1); });
      IpsText text;
      text.incident = numbered_incident(status.pid);
      text.pid = status.pid;
      text.launched = status.started_at;
      text.captured = clock.wall();
      text.boot_session = spec.boot_session;
      std::ofstream(report_folder_ / (std::to_string(status.pid) + ".ips")) << text.text();
      --inside_;
    }
    status.term_signal = SIGSEGV;
    status.crash_deaths.push_back({status.pid, SIGSEGV, false});
    status.duration = clock.wall() - status.started_at;
    return status;
  }
  [[nodiscard]] int most() const { return most_; }

 private:
  std::filesystem::path report_folder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::int64_t next_pid_ = 1000;
  int arrived_ = 0;
  int inside_ = 0;
  int most_ = 0;
};

class SilentObserver final : public RunObserver {};

TEST(ParallelRunTest, EveryTrialIsRecordedOnceWithItsOwnReport) {
  const ScopedTempFolder folder;
  std::filesystem::create_directory(folder / "reports");
  SystemClock clock;
  FakeHost host;
  FakeCommandRunner commands;
  PairedRunner processes(folder / "reports");
  MemoryJournal journal;
  SilentObserver observer;
  const Campaign campaign = parse_campaign(
                                "[campaign]\nname = \"c\"\ntrials = 10\njobs = 2\nsettle = \"report\"\n"
                                "[[workload]]\nname = \"w\"\ncommand = [\"p\", \"{n}\"]\n"
                                "matrix = { n = [1, 2, 3, 4] }\n",
                                "/")
                                .campaign;
  RunOptions options;
  options.trials_folder = folder / "trials";
  options.reporter = ReporterKind::folders;
  options.report_folders = {folder / "reports"};
  const std::atomic<bool> stop{false};

  const auto summary =
      run_campaign(campaign, options, {clock, processes, host, commands, journal, observer}, stop);

  ASSERT_TRUE(summary) << summary.error().text();
  EXPECT_EQ(processes.most(), 2);
  EXPECT_THAT(journal.trials, SizeIs(40));
  EXPECT_EQ(summary->reconciliation.matched, 40);
  EXPECT_EQ(summary->reconciliation.uncaptured, 0);
  EXPECT_EQ(summary->reconciliation.foreign, 0);
  for (const auto& [index, trial] : journal.trials) {
    const auto keys = journal.keys_of(index);
    ASSERT_THAT(keys, SizeIs(1)) << index;
    EXPECT_EQ(journal.find(keys[0])->report.identity.pid, trial.pid);
  }
}

}  // namespace
}  // namespace faultline

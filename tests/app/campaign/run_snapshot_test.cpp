#include "app/campaign/run_snapshot.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "collector/trial/process_tree.h"
#include "tests/support/fake_clock.h"
#include "tests/support/run_program.h"

namespace faultline {
namespace {

TEST(RunSnapshotTest, ReadsBackWhatItWrote) {
  RunSnapshot snapshot;
  snapshot.pid = 77;
  snapshot.start_ticks = 18446744073709551615U;
  snapshot.written = *parse_utc("2025-12-21T00:00:00.000Z");
  snapshot.trials = {{3, "w threads=8"}, {4, "\x1b[31m"}};
  snapshot.time_left = std::chrono::minutes(5);
  snapshot.reports_pending = 2;
  snapshot.free_bytes = 1ULL << 40;

  const auto read = read_run_snapshot(write_run_snapshot(snapshot));

  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, snapshot);
}

TEST(RunSnapshotTest, RubbishIsAnErrorAndNoCrash) {
  for (const auto* text :
       {"", "[]", "{}", "null", "{\"written\": 5}", "{\"written\": \"x\", \"trials\": [1, {}]"}) {
    EXPECT_FALSE(read_run_snapshot(text)) << text;
  }
  EXPECT_TRUE(read_run_snapshot("{\"written\": \"x\", \"trials\": [1, {}, {\"cell\": 5}], \"pid\": \"a\"}"));
}

TEST(RunSnapshotTest, AProcessLivesOnlyUnderItsOwnStart) {
  RunSnapshot snapshot;
  snapshot.pid = ::getpid();
  snapshot.start_ticks = process_start_ticks(::getpid());
  EXPECT_TRUE(is_alive(snapshot));
  ++snapshot.start_ticks;
  EXPECT_FALSE(is_alive(snapshot));
  EXPECT_FALSE(is_alive(RunSnapshot{}));
}

TEST(RunSnapshotTest, TheFileFollowsTheRunAndGoesWithIt) {
  const ScopedTempFolder folder;
  const FakeClock clock;
  class Silent final : public RunObserver {
  } next;
  RunRecord run;
  run.uuid = Uuid::random();
  const auto path = run_snapshot_path(folder / "s.db", run.uuid);
  std::filesystem::create_directories(path.parent_path());
  Trial trial;
  Cell cell{0, "w", {{"n", {"2", "2", ParameterType::integer, false}}}};
  {
    SnapshotObserver observer(folder / "s.db", clock, next);
    observer.run_started(run, false, {});
    trial.index = 5;
    observer.trial_started(trial, cell, {});
    observer.trial_ended(trial, cell, {});
    trial.index = 6;
    observer.trial_started(trial, cell, {});
    const auto read = read_run_snapshot(read_whole(path));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->trials, (std::map<std::int64_t, std::string>{{6, "w n=2"}}));
    EXPECT_TRUE(is_alive(*read));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace faultline

// A run that is killed at random moments and started again: every trial exactly once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>
#include <thread>

#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"
#include "tests/support/store_reader.h"

namespace faultline {
namespace {

constexpr int kKills = 10;

std::vector<std::string> run_command(const ScopedTempFolder& folder) {
  return {faultline_program(), "run", "--db", folder / "s.db", folder / "campaign.toml"};
}

/// 6 cells x 30 blocks of short trials; one cell crashes always, one through a child of a shell.
void write_campaign(const ScopedTempFolder& folder) {
  write_text(folder / "campaign.toml", R"(
[campaign]
name = "killed"
trials = 30
seed = 7
timeout = "10s"

[[workload]]
name = "mixed"
command = ["{samples}/{kind}"]
matrix = { kind = ["null_read", "passing", "abort", "child_of_shell"], copy = [1, 2] }
env = { COPY = "{copy}" }
)");
}

TEST(InterruptedRunTest, EveryTrialIsDoneExactlyOnceHoweverOftenTheHarnessIsKilled) {
  const ScopedTempFolder folder;
  write_campaign(folder);
  std::mt19937 random(20251221);  // The moments differ anyhow: the machine's load is part of the test.
  std::uniform_int_distribution<int> delay_ms(30, 400);

  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    const pid_t pid = start_program(run_command(folder), folder / "out", folder / "err");
    ASSERT_GT(pid, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms(random)));
    ::kill(pid, SIGKILL);
    if (wait_for_program(pid) == 128 + SIGKILL) ++killed;
  }
  const auto last = run_program(run_command(folder));

  EXPECT_GT(killed, kKills / 2) << "the run was over before it could be killed";
  ASSERT_EQ(last.exit_status, 0) << last.err;
  const StoreReader store(folder / "s.db");
  EXPECT_EQ(store.number("SELECT count(*) FROM run"), 1);
  EXPECT_EQ(store.number("SELECT count(*) FROM trial"), 8 * 30);
  EXPECT_EQ(store.number("SELECT count(DISTINCT trial_index) FROM trial"), 8 * 30);
  EXPECT_EQ(store.text("PRAGMA integrity_check"), "ok");
}

}  // namespace
}  // namespace faultline

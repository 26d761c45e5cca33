// A run that is killed at random moments and started again: every trial exactly once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

constexpr int kKills = 10;
constexpr int kBlocks = 40;
constexpr int kCells = 8;

/// Short trials; a quarter passes, the others die: of themselves, and in a child of a shell.
void write_campaign(const ScopedTempFolder& folder) {
  std::ofstream(folder / "campaign.toml") << R"(
[campaign]
name = "killed"
trials = 40
seed = 7
timeout = "10s"

[[workload]]
name = "mixed"
command = ["{samples}/{sample}"]
matrix = { sample = ["null_read", "passes", "abort", "shell_child_fault"], copy = [1, 2] }
env = { COPY = "{copy}" }
)";
}

class InterruptedRunTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  [[nodiscard]] std::vector<std::string> run_command() const {
    return {faultline_program(), "run", "--db", folder_ / "s.db", folder_ / "campaign.toml"};
  }
  /// The one value that a query gives.
  [[nodiscard]] std::string ask(const std::string& sql) const {
    auto out =
        run_program({faultline_program(), "query", "--db", folder_ / "s.db", "--format", "csv", sql}).out;
    out.erase(0, out.find('\n') + 1);
    return out.substr(0, out.find_first_of("\r\n"));
  }
  /// Starts the run and sends it `signal` after a while; the status with which it ended.
  int disturb(int signal, std::chrono::milliseconds after) const {
    const pid_t pid = start_program(run_command(), folder_ / "out", folder_ / "err");
    std::this_thread::sleep_for(after);
    ::kill(pid, signal);
    return wait_for_program(pid);
  }
  void expect_every_trial_exactly_once() const {
    const auto trials = std::to_string(kBlocks * kCells);
    EXPECT_EQ(ask("SELECT count(*) FROM run"), "1");
    EXPECT_EQ(ask("SELECT count(*) FROM trial"), trials);
    EXPECT_EQ(ask("SELECT count(DISTINCT trial_index) FROM trial"), trials);
    EXPECT_EQ(ask("SELECT count(*) FROM (SELECT cell_id FROM trial GROUP BY cell_id HAVING count(*) = 40)"),
              std::to_string(kCells));
    // Six of the eight cells die in every trial; each death left one report, attributed once.
    const auto deaths = std::to_string(kBlocks * 6);
    EXPECT_EQ(ask("SELECT count(*) FROM trial WHERE outcome = 'crashed' AND uncaptured = 0"), deaths);
    EXPECT_EQ(ask("SELECT count(*) FROM report WHERE trial_id IS NOT NULL"), deaths);
    EXPECT_EQ(ask("SELECT count(DISTINCT trial_id) FROM report"), deaths);
    EXPECT_EQ(ask("SELECT count(*) FROM (SELECT report_id FROM attribution GROUP BY report_id HAVING "
                  "count(*) > 1)"),
              "0");
    EXPECT_EQ(ask("PRAGMA integrity_check"), "ok");
    EXPECT_EQ(ask("PRAGMA foreign_key_check"), "");
  }

  ScopedTempFolder folder_;
};

TEST_F(InterruptedRunTest, EveryTrialIsDoneExactlyOnceHoweverOftenTheHarnessIsKilled) {
  write_campaign(folder_);
  // The moments differ from run to run anyhow, with the machine's load.
  std::mt19937 random(20251221);
  std::uniform_int_distribution<int> delay_ms(20, 160);

  int killed = 0;
  for (int i = 0; i < kKills; ++i) {
    if (disturb(SIGKILL, std::chrono::milliseconds(delay_ms(random))) == 128 + SIGKILL) ++killed;
  }
  const auto last = run_program(run_command());

  EXPECT_GE(killed, kKills / 2) << "the run was over before it could be killed";
  ASSERT_EQ(last.exit_status, 0) << last.err;
  expect_every_trial_exactly_once();
}

TEST_F(InterruptedRunTest, ControlCSavesSaysHowToGoOnAndTheSameCommandGoesOn) {
  write_campaign(folder_);

  const pid_t pid = start_program(run_command(), folder_ / "out", folder_ / "err");
  // Before that, nothing is there to be saved.
  while (read_whole(folder_ / "err").find("Starting run") == std::string::npos && ::kill(pid, 0) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  ::kill(pid, SIGINT);
  const int status = wait_for_program(pid);
  const auto said = read_whole(folder_ / "err");
  const auto last = run_program(run_command());

  EXPECT_EQ(status, 130);
  EXPECT_THAT(said, testing::HasSubstr("The same command goes on"));
  EXPECT_THAT(last.err, testing::HasSubstr("Resuming"));
  ASSERT_EQ(last.exit_status, 0) << last.err;
  expect_every_trial_exactly_once();
}

/// A cell whose trials do `harm` to their supervisor, and one that passes.
void write_harmful_campaign(const ScopedTempFolder& folder, const std::string& harm) {
  std::ofstream(folder / "campaign.toml")
      << "[campaign]\nname = \"harm\"\ntrials = 3\ntimeout = \"60s\"\n"
      << "[[workload]]\nname = \"harmful\"\ncommand = [\"/bin/sh\", \"-c\", \"" << harm << "\"]\n"
      << "[[workload]]\nname = \"good\"\ncommand = [\"{samples}/passes\"]\n";
}

TEST_F(InterruptedRunTest, ASupervisorThatItsTrialKillsOrStopsSetsThatTrialAside) {
  for (const std::string harm : {"kill -9 $PPID; sleep 60", "while kill -STOP $PPID; do :; done"}) {
    SCOPED_TRACE(harm);
    std::filesystem::remove(folder_ / "s.db");
    write_harmful_campaign(folder_, harm);

    const auto run = run_program(run_command());

    EXPECT_EQ(run.exit_status, 0) << run.err;
    EXPECT_EQ(ask("SELECT count(*) FROM trials WHERE workload = 'good' AND outcome = 'passed'"), "3");
    EXPECT_EQ(ask("SELECT count(*) FROM trials WHERE workload = 'harmful' AND outcome != 'setup_failed'"),
              "0");
    const auto index = ask("SELECT trial_index FROM trials WHERE workload = 'harmful'");
    const auto shown = run_program({faultline_program(), "show", "--db", folder_ / "s.db", "last/" + index});
    EXPECT_THAT(shown.out, testing::HasSubstr("supervisor was killed by signal 9"));
    EXPECT_EQ(ask("SELECT state FROM run_now"), "finished");
  }
}

TEST_F(InterruptedRunTest, ControlCEndsARunWhoseSupervisorIsStoppedAgainAndAgain) {
  // So slowly that it is never stopped too often.
  write_harmful_campaign(folder_, "while kill -STOP $PPID; do sleep 1; done");
  const pid_t pid = start_program(run_command(), folder_ / "out", folder_ / "err");
  while (read_whole(folder_ / "err").find("Starting run") == std::string::npos && ::kill(pid, 0) == 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

  ::kill(pid, SIGINT);

  EXPECT_EQ(wait_for_program(pid), 130);
  EXPECT_THAT(read_whole(folder_ / "err"), testing::HasSubstr("The same command goes on"));
}

TEST_F(InterruptedRunTest, ARunWhoseStoreIsDeletedOrReplacedSavesItBeside) {
  for (const std::string harm :
       {"rm -f {campaign}/s.db", "mv {campaign}/s.db {campaign}/old.db; echo x > {campaign}/s.db"}) {
    SCOPED_TRACE(harm);
    for (const char* name : {"s.db", "s.db-wal", "s.db-shm"}) std::filesystem::remove(folder_ / name);
    write_harmful_campaign(folder_, harm);

    const auto run = run_program(run_command());

    EXPECT_EQ(run.exit_status, 1) << run.err;
    EXPECT_THAT(run.err, testing::HasSubstr("was moved, replaced or deleted"));
    std::filesystem::path saved;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      if (entry.path().string().find("s.db.saved-") != std::string::npos) saved = entry.path();
    }
    const auto merged = run_program({faultline_program(), "merge", "--db", folder_ / "all.db", saved});
    EXPECT_EQ(merged.exit_status, 0) << merged.err;
    EXPECT_THAT(merged.out + merged.err, testing::HasSubstr("1 new run"));
    EXPECT_THAT(merged.out + merged.err, testing::Not(testing::HasSubstr(" 0 trials")));
    std::filesystem::remove(saved);
  }
}

}  // namespace
}  // namespace faultline

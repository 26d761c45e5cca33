#include "collector/reporter/watch/hang_look.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "core/process/subprocess.h"
#include "tests/support/fake_clock.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::SizeIs;

/// Remembers what it was asked, and answers what it is told to.
class RecordingWatcher final : public CrashWatcher {
 public:
  std::vector<std::vector<pid_t>> looks;
  std::vector<pid_t> reported;
  HangFacts facts;
  bool is_stuck = true;

  Result<void> attach(pid_t /*child*/) override { return {}; }
  bool handle(pid_t /*pid*/, int /*wait_status*/) override { return false; }
  void take_stacks(const std::vector<pid_t>& pids) override { looks.push_back(pids); }
  bool report_hang(const std::vector<pid_t>& pids, const HangFacts& given) override {
    reported = pids;
    facts = given;
    return is_stuck;
  }
  [[nodiscard]] const std::vector<WrittenReport>& reports() const override { return none_; }
  [[nodiscard]] std::string note() const override { return {}; }

 private:
  std::vector<WrittenReport> none_;
};

class HangLookTest : public ::testing::Test {
 protected:
  /// A command of the trial, until the test is over.
  pid_t start(std::vector<std::string> argv) {
    SubprocessCommand command;
    command.argv = std::move(argv);
    auto process = Subprocess::start(command);
    EXPECT_TRUE(process.has_value());
    running_.push_back(std::move(*process));
    return running_.back().pid();
  }
  void TearDown() override {
    for (auto& process : running_) {
      process.signal_group(SIGKILL);
      EXPECT_TRUE(process.wait().has_value());
    }
  }

  FakeClock clock_;
  TrialTree tree_;
  RecordingWatcher watcher_;
  std::vector<Subprocess> running_;
};

TEST_F(HangLookTest, BothLooksAreAtTheSameProcessesAndTheWindowIsTheTimeBetween) {
  const pid_t command = start({"sleep", "1000"});
  tree_.start(command, 0, clock_.monotonic());
  HangLook look(tree_);

  look.first(watcher_, clock_);
  const bool stuck = look.second(watcher_, look.looked_at() + kHangWindow, seconds(30));

  EXPECT_TRUE(stuck);
  ASSERT_THAT(watcher_.looks, SizeIs(1));
  EXPECT_THAT(watcher_.looks[0], Contains(command));
  EXPECT_EQ(watcher_.reported, watcher_.looks[0]);
  EXPECT_EQ(watcher_.facts.window, milliseconds(200));
  EXPECT_EQ(watcher_.facts.timeout, milliseconds(30'000));
}

TEST_F(HangLookTest, AProcessThatSleepsIsIdle) {
  tree_.start(start({"sleep", "1000"}), 0, clock_.monotonic());
  HangLook look(tree_);

  look.first(watcher_, clock_);
  // So long a window that what the start of a process costs is no work in it.
  look.second(watcher_, look.looked_at() + seconds(10'000), seconds(30));

  EXPECT_TRUE(watcher_.facts.idle);
}

TEST_F(HangLookTest, WhetherItIsStuckIsTheWatchersWord) {
  tree_.start(start({"sleep", "1000"}), 0, clock_.monotonic());
  watcher_.is_stuck = false;
  HangLook look(tree_);

  look.first(watcher_, clock_);

  EXPECT_FALSE(look.second(watcher_, look.looked_at() + kHangWindow, seconds(30)));
}

TEST_F(HangLookTest, StacksOfFourProcessesAreTakenAtMost) {
  const pid_t command = start({"sleep", "1000"});
  tree_.start(command, 0, clock_.monotonic());
  for (int i = 0; i < 5; ++i) start({"sleep", "1000"});
  HangLook look(tree_);

  look.first(watcher_, clock_);

  ASSERT_THAT(watcher_.looks, SizeIs(1));
  EXPECT_THAT(watcher_.looks[0], SizeIs(4));
  EXPECT_EQ(watcher_.looks[0].front(), command);
}

TEST_F(HangLookTest, ACommandThatIsGoneLeavesNothingToLookAt) {
  tree_.start(999'999, 0, clock_.monotonic());
  tree_.main_ended();
  HangLook look(tree_);

  look.first(watcher_, clock_);

  EXPECT_THAT(watcher_.looks, ElementsAre(std::vector<pid_t>{}));
}

}  // namespace
}  // namespace faultline

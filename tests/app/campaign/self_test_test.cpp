#include "app/campaign/self_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collector/host/host_probe.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

SelfTestSetting setting_in(const ScopedTempFolder& folder) {
  SelfTestSetting setting;
  setting.program_folder = std::filesystem::path(FAULTLINE_BINARY_DIR) / "bin";
  setting.work_folder = folder / "work";
  return setting;
}

TEST(SelfTestTest, ACrashOfOurOwnIsCapturedOrTheReasonIsSaid) {
  const ScopedTempFolder folder;
  SystemClock clock;
  SystemHost host;
  const std::atomic<bool> stop{false};

  const auto result = run_self_test(setting_in(folder), clock, host, stop);

  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_FALSE(std::filesystem::exists(folder / "work"));
  // Where ptrace is refused there is no report.
  if (!result->report) {
    EXPECT_FALSE(result->why.empty());
    return;
  }
  EXPECT_EQ(result->trial.verdict.outcome, Outcome::crashed);
  ASSERT_TRUE(result->analysis.has_value());
  EXPECT_EQ(result->analysis->report.kind, ReportKind::crash);
}

TEST(SelfTestTest, AnInterruptedOneSaysSo) {
  const ScopedTempFolder folder;
  SystemClock clock;
  SystemHost host;
  const std::atomic<bool> stop{true};

  const auto result = run_self_test(setting_in(folder), clock, host, stop);

  ASSERT_TRUE(result.has_value()) << result.error().text();
  EXPECT_FALSE(result->report.has_value());
  EXPECT_EQ(result->why, "it was interrupted");
}

}  // namespace
}  // namespace faultline

#include "collector/run/system_log_recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/text_file.h"
#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class SystemLogRecorderTest : public ::testing::Test {
 protected:
  CampaignStage stage_;
  RunSetting setting_ = setting_of(stage_);
  SystemLogRecorder recorder_{setting_};
};

TEST_F(SystemLogRecorderTest, ABadTrialGetsTheLogBesideItsOutputAndAGoodOneDoesNot) {
  stage_.campaign.system_log = true;
  stage_.commands.printed = "GPU restart";

  recorder_.record(ended_trial(0), stage_.folder.path());
  EXPECT_THAT(stage_.commands.ran, IsEmpty());
  recorder_.record(ended_trial(1, Outcome::crashed, "crash_signal"), stage_.folder.path());

  EXPECT_EQ(*read_file(stage_.folder / "system_log.txt"), "GPU restart\n");
}

TEST_F(SystemLogRecorderTest, ACampaignThatDoesNotAskForItRunsNoCommand) {
  recorder_.record(ended_trial(1, Outcome::crashed, "crash_signal"), stage_.folder.path());

  EXPECT_THAT(stage_.commands.ran, IsEmpty());
}

TEST_F(SystemLogRecorderTest, ASystemThatGivesNoLogIsNotedOnce) {
  stage_.campaign.system_log = true;
  stage_.commands.refuse = [](const HostCommand&) { return true; };

  for (int i = 0; i < 3; ++i)
    recorder_.record(ended_trial(i, Outcome::hung, "time_limit"), stage_.folder.path());

  EXPECT_THAT(stage_.observer.notes, SizeIs(1));
}

}  // namespace
}  // namespace faultline

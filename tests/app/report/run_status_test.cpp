#include "app/report/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/files/text_file.h"
#include "reports/formats/report_writer.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::HasSubstr;

TEST(RunStatusTest, AStoreWithoutARunIsAnError) {
  Store store = std::move(*Store::open_in_memory());

  EXPECT_FALSE(campaign_status(store, "night.db").has_value());
}

TEST(RunStatusTest, WithoutARunningOneItIsTheNewestRun) {
  NightStore night;

  ASSERT_VALUE(const auto status, campaign_status(night.store, "night.db"));

  EXPECT_FALSE(status.any_running);
  ASSERT_EQ(status.runs.size(), 1U);
  const auto text = status_text(status.runs);
  EXPECT_THAT(text, HasSubstr("60 of 60 ended, 5 crashed"));
  EXPECT_THAT(text, HasSubstr("crashed 5/10"));
  EXPECT_THAT(text, HasSubstr("setComputePipelineState"));
}

TEST(RunStatusTest, ARunWhoseHarnessIsGoneIsLeftBehind) {
  NightOptions cut;
  cut.finished = false;
  NightStore night(cut);

  ASSERT_VALUE(const auto status, campaign_status(night.store, "night.db"));

  EXPECT_TRUE(status.any_running);
  EXPECT_THAT(status_text(status.runs), HasSubstr("left behind"));
  EXPECT_THAT(write_table(status_table(status.runs), TableFormat::csv), HasSubstr("left behind"));
}

}  // namespace
}  // namespace faultline

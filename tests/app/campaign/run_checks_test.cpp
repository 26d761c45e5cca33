#include "app/campaign/run_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/campaign/negative_control.h"
#include "app/report/run_report.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> findings_of(Store& store, const RunRecord& run,
                                     const std::vector<std::string>& names) {
  const auto summary = stored_summary(store, run);
  EXPECT_TRUE(summary.has_value());
  const auto found = check_run(store, *summary, names);
  EXPECT_TRUE(found.has_value());
  return *found;
}

TEST(RunChecksTest, AnUnknownNameIsAnErrorThatNamesTheNearestOrAllKnownOnes) {
  EXPECT_TRUE(check_names_are_known({"crash", "worse"}).has_value());
  const auto near = check_names_are_known({"crashes"});
  ASSERT_FALSE(near.has_value());
  EXPECT_THAT(near.error().text(), HasSubstr("did you mean crash?"));
  const auto unlike = check_names_are_known({"everything"});
  ASSERT_FALSE(unlike.has_value());
  EXPECT_THAT(unlike.error().text(), HasSubstr("there are crash, bad, uncaptured, control, new-site, worse"));
}

TEST(RunChecksTest, CrashesAreFoundAndAControlThatCrashedIsNone) {
  NightStore night;

  EXPECT_THAT(findings_of(night.store, night.run, {"crash", "uncaptured", "control"}),
              ElementsAre("crash: 5 trials crashed"));
}

TEST(RunChecksTest, AControlThatDidNotCrashIsFound) {
  NightOptions quiet;
  quiet.control_crashes = 0;
  NightStore night(quiet);

  EXPECT_THAT(findings_of(night.store, night.run, {"crash", "control"}),
              ElementsAre(HasSubstr("did not crash in 10 trials")));
}

/// A night whose campaign says that cells with this filter must not crash.
RunRecord night_with_negative_control(Store& store, const std::string& filter) {
  NightOptions options;
  options.campaign = "[campaign]\nname = \"agx-race\"\ntrials = 10\ncontrol_negative = \"" + filter + "\"\n";
  return store_night(store, options);
}

TEST(RunChecksTest, ACellThatMustNotCrashAndDidIsFound) {
  auto store = Store::open_in_memory();
  ASSERT_TRUE(store.has_value());
  const RunRecord run = night_with_negative_control(*store, "threads=8");
  EXPECT_THAT(findings_of(*store, run, {"control"}),
              ElementsAre(HasSubstr("Negative control (threads=8): 5 of 30 trials had a bad outcome")));
}

TEST(RunChecksTest, ANegativeControlThatHeldIsNoFinding) {
  auto store = Store::open_in_memory();
  ASSERT_TRUE(store.has_value());
  const RunRecord run = night_with_negative_control(*store, "threads=1");
  EXPECT_THAT(findings_of(*store, run, {"control"}), IsEmpty());
  const auto negative = negative_control(*store, run);
  ASSERT_TRUE(negative && *negative);
  EXPECT_EQ(negative_control_words(**negative),
            "Negative control (threads=1): none of 30 trials had a bad outcome.");
}

TEST(RunChecksTest, ASiteIsNewUntilARunHasSeenItOrSomebodyKnowsIt) {
  NightStore night;
  EXPECT_THAT(findings_of(night.store, night.run, {"new-site"}), ElementsAre(HasSubstr("new-site: ")));

  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  const RunRecord second = store_night(night.store, later);
  EXPECT_THAT(findings_of(night.store, second, {"new-site"}), IsEmpty());
}

TEST(RunChecksTest, MoreCrashesThanChanceExplainsAreWorse) {
  NightOptions first;
  first.control_crashes = 1;
  first.blocks = 30;
  NightStore night(first);
  NightOptions later;
  later.number = 2;
  later.started = "2025-12-22T01:00:00.000Z";
  later.control_crashes = 30;
  later.blocks = 30;
  const RunRecord second = store_night(night.store, later);

  EXPECT_THAT(findings_of(night.store, second, {"worse"}), ElementsAre(HasSubstr("worse: ")));
  EXPECT_THAT(findings_of(night.store, night.run, {"worse"}), IsEmpty());
}

}  // namespace
}  // namespace faultline

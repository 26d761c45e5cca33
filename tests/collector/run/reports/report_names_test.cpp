#include "collector/run/reports/report_names.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(ReportNamesTest, AWordOfTheCommandIsANameThatItMayReportUnder) {
  const ReportNames names;

  EXPECT_TRUE(names.may_be_crowded_out(0, {"timeout", "5", "/usr/bin/python3"}, {"python3"}));
  EXPECT_FALSE(names.may_be_crowded_out(0, {"timeout", "5", "/usr/bin/python3"}, {"Python"}));
  EXPECT_FALSE(names.may_be_crowded_out(0, {"python3"}, {}));
}

TEST(ReportNamesTest, ANameThatWasSeenHoldsForItsWorkloadAlone) {
  ReportNames names;
  names.learn(1, "Python");

  EXPECT_TRUE(names.may_be_crowded_out(1, {"python3"}, {"Python"}));
  EXPECT_FALSE(names.may_be_crowded_out(0, {"python3"}, {"Python"}));
}

}  // namespace
}  // namespace faultline

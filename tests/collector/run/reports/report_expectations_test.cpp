#include "collector/run/reports/report_expectations.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr MonotonicTime kNow = seconds(1'000);

TEST(ReportExpectationsTest, AReportIsAwaitedUntilItsDeadlineFromTheEndOfItsTrial) {
  ReportExpectations reports(seconds(30));
  reports.expect(7, 1, kNow, seconds(10));

  EXPECT_EQ(reports.pending(), 1);
  EXPECT_EQ(reports.last_deadline(), kNow + seconds(20));
  reports.expire(kNow + seconds(19));
  EXPECT_EQ(reports.pending(), 1);
  reports.expire(kNow + seconds(20));
  EXPECT_EQ(reports.pending(), 0);
  EXPECT_EQ(reports.last_deadline(), std::nullopt);
}

TEST(ReportExpectationsTest, WhatIsNotMissingOrPastItsDeadlineIsNotAwaited) {
  ReportExpectations reports(seconds(30));
  reports.expect(1, 0, kNow, seconds(0));
  reports.expect(2, 1, kNow, seconds(30));

  EXPECT_EQ(reports.pending(), 0);
}

TEST(ReportExpectationsTest, EachMissingReportOfATrialIsAwaited) {
  ReportExpectations reports(seconds(30));
  reports.expect(1, 2, kNow, seconds(0));
  reports.came(1);
  EXPECT_EQ(reports.pending(), 1);
  reports.came(1);
  reports.came(1);  // More than were missed.
  EXPECT_EQ(reports.pending(), 0);
}

TEST(ReportExpectationsTest, ASlowSystemIsGivenMoreTimeButNotForEver) {
  ReportExpectations reports(seconds(30));
  reports.add_latency(seconds(2));
  reports.expect(1, 1, kNow, seconds(0));
  EXPECT_EQ(reports.last_deadline(), kNow + seconds(30)) << "three times 2 s is less than the deadline";

  reports.add_latency(seconds(20));
  reports.expect(2, 1, kNow, seconds(0));
  EXPECT_EQ(reports.last_deadline(), kNow + seconds(60));

  reports.add_latency(seconds(3'000));
  reports.expect(3, 1, kNow, seconds(0));
  EXPECT_EQ(reports.last_deadline(), kNow + seconds(600));
  EXPECT_EQ(reports.latencies().size(), 3U);
}

TEST(ReportExpectationsTest, AReportIsTimedFromTheEndOfItsTrial) {
  ReportExpectations reports(seconds(30));
  reports.trial_ended(4, kNow);

  EXPECT_EQ(reports.seen(4, kNow + milliseconds(1'500)), milliseconds(1'500));
  EXPECT_EQ(reports.seen(4, kNow - milliseconds(5)), milliseconds(0)) << "seen while the trial was settled";
  EXPECT_EQ(reports.seen(5, kNow), std::nullopt) << "of an earlier execution";
  EXPECT_EQ(reports.latencies().size(), 2U);
}

}  // namespace
}  // namespace faultline

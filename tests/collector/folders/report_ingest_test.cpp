#include "collector/folders/report_ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/collector_ips.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr WallTime kNoon = WallTime(std::chrono::hours(400'000));

TrialProcesses trial(std::int64_t index, std::int64_t pid) {
  TrialProcesses processes;
  processes.trial_index = index;
  processes.pid = pid;
  processes.started = kNoon;
  processes.ended = kNoon + std::chrono::seconds(1);
  processes.boot_session = "BOOT-1";
  return processes;
}

class ReportIngestTest : public ::testing::Test {
 protected:
  ReportIngestTest() : ingest_({folder_.path()}) { ingest_.begin(); }

  void drop(std::int64_t number, std::int64_t pid) const {
    IpsText text;
    text.incident = numbered_incident(number);
    text.pid = pid;
    text.launched = kNoon;
    text.captured = kNoon + std::chrono::milliseconds(500);
    std::ofstream(folder_ / (std::to_string(number) + ".ips")) << text.text();
  }

  ScopedTempFolder folder_;
  ReportIngest ingest_;
  std::vector<TrialProcesses> ended_;
};

TEST_F(ReportIngestTest, AReportOfATrialThatStillRunsWaitsForItsEnd) {
  drop(1, 500);

  EXPECT_THAT(ingest_.collect(ended_, {}, {7, 8}).arrived, IsEmpty());
  ended_.push_back(trial(8, 501));
  EXPECT_THAT(ingest_.collect(ended_, {}, {7}).arrived, IsEmpty());
  ended_.push_back(trial(7, 500));
  const auto round = ingest_.collect(ended_, {}, {9});

  ASSERT_THAT(round.arrived, SizeIs(1));
  EXPECT_EQ(round.arrived[0].trial_index, 7);
  EXPECT_FALSE(round.arrived[0].duplicate);
}

TEST_F(ReportIngestTest, AReportOfNobodyIsForeignOnceAllThatRanAreGone) {
  drop(1, 999);

  EXPECT_THAT(ingest_.collect(ended_, {}, {7}).arrived, IsEmpty());
  ended_.push_back(trial(7, 500));
  // Trial 8 began after the report had been seen, and cannot own it.
  const auto round = ingest_.collect(ended_, {}, {8});

  ASSERT_THAT(round.arrived, SizeIs(1));
  EXPECT_EQ(round.arrived[0].trial_index, std::nullopt);
  EXPECT_THAT(ingest_.collect(ended_, {}, {}).arrived, IsEmpty());
}

TEST_F(ReportIngestTest, AReportInTheInodeOfARemovedOneIsANewReport) {
  // On many file systems the next file gets the number of the last one that went.
  for (std::int64_t number = 1; number <= 20; ++number) {
    ended_.push_back(trial(number, 500 + number));
    drop(number, 500 + number);
    const auto round = ingest_.collect(ended_, {}, {});
    ASSERT_THAT(round.arrived, SizeIs(1)) << number;
    const auto& report = round.arrived[0].report;
    ASSERT_TRUE(*ingest_.remove_stored(report.source, report.bytes));
  }
}

TEST_F(ReportIngestTest, WhatIsKnownIsGivenOutAtOnceWhoeverRuns) {
  ended_.push_back(trial(7, 500));
  drop(1, 500);

  const auto round = ingest_.collect(ended_, {}, {8});

  ASSERT_THAT(round.arrived, SizeIs(1));
  EXPECT_EQ(round.arrived[0].trial_index, 7);
}

}  // namespace
}  // namespace faultline

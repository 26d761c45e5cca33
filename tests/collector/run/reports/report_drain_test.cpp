#include "collector/run/reports/report_drain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/run_setting_stage.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReportDrainTest : public ::testing::Test {
 protected:
  /// A stored report and its file below the stage's folder.
  CollectedReport stored(const std::string& path, const std::string& bytes = "report") {
    CollectedReport report;
    report.source = stage_.folder / path;
    report.bytes = bytes;
    std::filesystem::create_directories(report.source.parent_path());
    std::ofstream(report.source) << bytes;
    return report;
  }

  CampaignStage stage_;
  RunSetting setting_ = setting_of(stage_);
  ReportDrain drain_{setting_};
};

TEST_F(ReportDrainTest, AStoredReportLeavesTheFolderOfTheSystem) {
  const auto report = stored("reports/a.ips");

  drain_.remove(report, nullptr);

  EXPECT_FALSE(std::filesystem::exists(report.source));
  EXPECT_THAT(stage_.observer.notes, IsEmpty());
}

TEST_F(ReportDrainTest, AFileThatHoldsSomethingElseMeanwhileStays) {
  auto report = stored("reports/a.ips", "a newer one");
  report.bytes = "report";

  drain_.remove(report, nullptr);

  EXPECT_TRUE(std::filesystem::exists(report.source));
}

TEST_F(ReportDrainTest, WhatTheSystemRetiredStays) {
  const auto report = stored("reports/Retired/a.ips");

  drain_.remove(report, nullptr);

  EXPECT_TRUE(std::filesystem::exists(report.source));
}

TEST_F(ReportDrainTest, ACampaignThatDrainsNothingKeepsEveryFile) {
  stage_.campaign.drain = false;
  const auto report = stored("reports/a.ips");

  drain_.remove(report, nullptr);

  EXPECT_TRUE(std::filesystem::exists(report.source));
}

TEST_F(ReportDrainTest, AReportThatLiesInNoFileIsNotLookedFor) {
  CollectedReport report;
  report.bytes = "report";

  drain_.remove(report, nullptr);

  EXPECT_THAT(stage_.observer.notes, IsEmpty());
}

TEST_F(ReportDrainTest, AFailureIsPrintedOnceHoweverOftenItHappens) {
  CollectedReport folder;
  folder.source = stage_.folder / "reports";
  std::filesystem::create_directories(folder.source / "inside");

  drain_.remove(folder, nullptr);
  drain_.remove(folder, nullptr);

  ASSERT_THAT(stage_.observer.notes, SizeIs(1));
  EXPECT_THAT(stage_.observer.notes[0], HasSubstr(folder.source.string()));
}

}  // namespace
}  // namespace faultline

// The defects of the scripts that Faultline replaces which show in what a user reads; the others stand in
// tests/collector/seed_defects_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "tests/support/ips_builder.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class SeedDefectsTest : public testing::Test {
 protected:
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  std::string file(const std::string& name, const IpsBuilder& report) const {
    std::ofstream(folder_ / name, std::ios::binary) << report.text();
    return folder_ / name;
  }
  json shown(const IpsBuilder& report) const {
    return json::parse(faultline({"show", file("one.ips", report), "--format", "json"}).out, nullptr, false);
  }

  ScopedTempFolder folder_;
};

TEST_F(SeedDefectsTest, D7TheTimeOfACrashIsTheReportsOwnNotThatOfItsFile) {
  const auto path = file("late.ips", IpsBuilder());
  ASSERT_EQ(faultline({"import", "--db", folder_ / "s.db", path}).exit_status, 0);

  const auto row =
      faultline({"query", "--db", folder_ / "s.db", "--format", "csv", "SELECT happened_at FROM report"});

  EXPECT_THAT(row.out, HasSubstr("2025-12-21T01:36:18.286"));
  EXPECT_EQ(shown(IpsBuilder())["time"], "2025-12-21T01:36:18.286Z");
}

TEST_F(SeedDefectsTest, D8TheFaultAddressIsTheSecondCodeNotTheKindOfTheException) {
  IpsBuilder without_subtype;
  without_subtype.exception("EXC_BAD_ACCESS", "SIGSEGV", 1, 0x5c8);

  EXPECT_EQ(shown(without_subtype)["fault"]["address"], 0x5c8);
  EXPECT_EQ(shown(IpsBuilder())["fault"]["address"], 0x5c8);
}

TEST_F(SeedDefectsTest, D9AFrameHasItsImageAndEqualStacksAreOneSite) {
  IpsBuilder second;
  second.incident("79BC4A1F-0000-4000-8000-000000000002").body("pid", "4300");
  const auto paths = std::vector{file("a.ips", IpsBuilder()), file("b.ips", second)};
  ASSERT_EQ(faultline({"import", "--db", folder_ / "s.db", paths[0], paths[1]}).exit_status, 0);

  const auto page = faultline({"show", paths[0]}).out;
  const auto sites = json::parse(faultline({"sites", "--db", folder_ / "s.db", "--format", "json"}).out);

  EXPECT_THAT(page, HasSubstr("AGXMetalG16X"));
  EXPECT_THAT(page, HasSubstr("setComputePipelineState:"));
  ASSERT_EQ(sites["rows"].size(), 1U);
  EXPECT_EQ(sites["rows"][0]["reports"], 2);
  EXPECT_EQ(sites["rows"][0]["image"], "AGXMetalG16X");
  EXPECT_EQ(sites["rows"][0]["key"].get<std::string>().size(), 16U);
  EXPECT_EQ(shown(IpsBuilder())["threads"][1]["frames"][0]["uuid"], "22222222-2222-3222-8222-222222222222");
}

TEST_F(SeedDefectsTest, D11AsManyTrialsAreRunAsWereAskedForAndTheLastLineCountsThem) {
  const auto run = faultline({"run", "--db", folder_ / "s.db", "--trials", "7", "--", "sh", "-c", "exit 0"});
  const auto trials =
      faultline({"query", "--db", folder_ / "s.db", "--format", "csv", "SELECT count(*) AS n FROM trial"});

  ASSERT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("0/7"));
  EXPECT_THAT(run.out, HasSubstr("Crash/report reconciliation: 0 crashes, 0 with a report, 0 uncaptured"));
  EXPECT_THAT(trials.out, HasSubstr("7"));
}

TEST_F(SeedDefectsTest, D13WhatPeopleWroteByHandForEachCrashIsOnItsPage) {
  const auto page = faultline({"show", file("a.ips", IpsBuilder())}).out;

  EXPECT_THAT(page, HasSubstr("0x5c8"));
  EXPECT_THAT(page, HasSubstr("read"));
  EXPECT_THAT(page, HasSubstr("NULL"));
  EXPECT_THAT(page, HasSubstr("metal gpu stream 1"));
}

TEST_F(SeedDefectsTest, D14NoRateStandsWithoutItsCountsAndItsInterval) {
  ASSERT_EQ(
      faultline({"run", "--db", folder_ / "s.db", "--trials", "20", "--", "sh", "-c", "exit 0"}).exit_status,
      0);

  std::istringstream rates(faultline({"rates", "--db", folder_ / "s.db"}).out);
  const auto compared = faultline({"compare", "4/20", "0/20"}).out;

  const std::regex with_counts(R"(\d+/\d+\s+[\d.<]+ ?%\s+\[[^\]]*%[^\]]*%\])");
  int seen = 0;
  for (std::string line; std::getline(rates, line);) {
    // A sentence about the interval's level has its own per cent.
    if (!std::regex_search(line, std::regex(R"(\d ?%\s)")) || line.find("95 %") != std::string::npos)
      continue;
    EXPECT_TRUE(std::regex_search(line, with_counts)) << line;
    ++seen;
  }
  EXPECT_GE(seen, 1);
  // Four against none of twenty decides nothing, and none of twenty does not mean never.
  EXPECT_THAT(compared, HasSubstr("0/20"));
  EXPECT_THAT(compared, HasSubstr("0/20  0 %  [0 %, 17 %]"));
  EXPECT_THAT(compared, Not(HasSubstr("fixed")));
  EXPECT_EQ(json::parse(faultline({"compare", "4/20", "0/20", "--format", "json"}).out)["verdict"],
            "undecided");
}

TEST_F(SeedDefectsTest, D15CodeOffsetAndFaultOffsetAreTwoNumbersWithTwoNames) {
  const auto site = shown(IpsBuilder())["site"];

  EXPECT_EQ(site["code_offset"], 32);
  EXPECT_EQ(site["fault_offset"], 0x5c8);
  EXPECT_FALSE(site.contains("offset"));
}

}  // namespace
}  // namespace faultline

#include "core/ips/report_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/collector_ips.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;

ReportFacts facts_of(const std::string& bug_type, const std::string& more = {}) {
  IpsText text;
  text.bug_type = bug_type;
  text.more = more;
  return summarize_report(text.text()).facts;
}

TEST(ReportFactsTest, OnlyFatalReportsAreCrashes) {
  for (const char* type : {"309", "109", "9"}) EXPECT_TRUE(facts_of(type).is_crash) << type;
  for (const char* type : {"308", "385", "298", "288", "206", "222", "284", "210"}) {
    EXPECT_FALSE(facts_of(type).is_crash) << type;
  }
  EXPECT_FALSE(facts_of("309", ",\"isSimulated\" : true").is_crash);
  EXPECT_FALSE(facts_of("309", ",\"isNonFatal\" : 1").is_crash);
}

TEST(ReportFactsTest, PanicsAndGpuEventsAreKnownAndTimed) {
  const auto panic = facts_of("210", ",\"panicString\" : \"panic(cpu 2 caller 0x1): AGX\\nmore\"");
  EXPECT_TRUE(panic.is_panic);
  EXPECT_EQ(panic.panic_string, "panic(cpu 2 caller 0x1): AGX");

  const auto event = facts_of("284", ",\"timestamp\" : 1766280978");
  EXPECT_TRUE(event.is_gpu_event);
  EXPECT_EQ(event.event_time, WallTime(std::chrono::seconds(1766280978)));
}

TEST(ReportFactsTest, ADeathBeforeItsOwnCodeRanIsALaunchFailure) {
  EXPECT_EQ(facts_of("309", R"(,"termination" : {"namespace":"DYLD","indicator":"Library missing"})")
                .launch_failure,
            "DYLD: Library missing");
  EXPECT_EQ(facts_of("309", R"(,"termination" : {"namespace":"CODESIGNING"})").launch_failure, "CODESIGNING");
  EXPECT_EQ(facts_of("309", R"(,"termination" : {"namespace":"SIGNAL","indicator":"Abort trap: 6"})")
                .launch_failure,
            std::nullopt);
}

TEST(ReportFactsTest, ImageNamesAreListed) {
  const auto facts =
      facts_of("309", R"(,"usedImages" : [{"name":"prog"},{"source":"A"},5,{"name":"AGXMetalG16X"}])");
  EXPECT_THAT(facts.image_names, ElementsAre("prog", "AGXMetalG16X"));
}

TEST(ReportFactsTest, WhatIsNoReportSaysNothing) {
  for (const std::string bytes : {"", "\xff\xfe", "{", "no json", "{\"bug_type\":\"309\"", "[1,2]"}) {
    const auto facts = summarize_report(bytes).facts;
    EXPECT_FALSE(facts.is_panic);
    EXPECT_TRUE(facts.image_names.empty());
  }
  EXPECT_TRUE(summarize_report(std::string(200'000, '[')).facts.image_names.empty());
}

}  // namespace
}  // namespace faultline

#include "analyzer/derive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analyzer/analyze.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using testing::Each;
using testing::HasSubstr;

TEST(DeriveTest, AReportIsParsedExplainedAndLocated) {
  const Analysis analysis = derive(IpsBuilder().text(), ReportOrigin::imported, {});

  EXPECT_EQ(analysis.report.kind, ReportKind::crash);
  EXPECT_EQ(analysis.report.origin, ReportOrigin::imported);
  EXPECT_EQ(analysis.fault.kind, FaultKind::null_dereference);
  EXPECT_THAT(analysis.site.text, HasSubstr("AGXMetalG16X"));
  EXPECT_FALSE(analysis.rules_version.empty());
}

TEST(DeriveTest, NamesAreReadableUnlessTheReportersOwnAreWanted) {
  std::string text = IpsBuilder().text();
  const auto at = text.find("\"symbol\":\"");
  ASSERT_NE(at, std::string::npos);
  const auto begin = at + std::string_view("\"symbol\":\"").size();
  text.replace(begin, text.find('"', begin) - begin, "_ZN4prog4mainEv");
  const auto named = [](const Analysis& analysis, const char* name) {
    for (const auto& thread : analysis.report.threads) {
      for (const auto& frame : thread.frames)
        if (frame.symbol == name) return true;
    }
    return false;
  };

  EXPECT_TRUE(named(derive(text, ReportOrigin::captured, {}), "prog::main()"));
  EXPECT_TRUE(named(derive(text, ReportOrigin::captured, {}, nullptr, {}, FrameNames::as_reported),
                    "_ZN4prog4mainEv"));
}

TEST(DeriveTest, WhatNobodyCanReadIsAnUnreadableReportThatSaysWhy) {
  const Analysis analysis = derive("no report at all", ReportOrigin::captured, {});

  EXPECT_EQ(analysis.report.kind, ReportKind::unreadable);
  EXPECT_FALSE(analysis.report.issues.empty());
}

TEST(DeriveTest, WhatIsTooLargeIsNotParsed) {
  const std::string large(kParseLimitBytes + 1, ' ');

  const Analysis analysis = derive(large, ReportOrigin::imported, {});

  EXPECT_EQ(analysis.report.kind, ReportKind::unreadable);
  ASSERT_EQ(analysis.report.issues.size(), 1U);
  EXPECT_THAT(analysis.report.issues[0].message, HasSubstr("64 MiB"));
}

Trial uncaptured_abort() {
  Trial trial;
  trial.uncaptured = true;
  trial.argv = {"/opt/bin/model", "--threads", "8"};
  trial.stderr_tail =
      "Assertion failed: (_encoder != nil), function commit, file command_buffer.mm, line 42.\n";
  return trial;
}

TEST(DeriveTest, ACrashWithoutReportHasTheSiteThatItsOutputNames) {
  const auto site = derive_output_site(uncaptured_abort(), {});

  ASSERT_TRUE(site.has_value());
  EXPECT_FALSE(site->site.key.empty());
}

TEST(DeriveTest, ATrialWithAReportHasNoSiteFromItsOutput) {
  Trial trial = uncaptured_abort();
  trial.uncaptured = false;

  EXPECT_FALSE(derive_output_site(trial, {}).has_value());
}

TEST(DerivationBatchTest, EachDocumentIsDerivedOnce) {
  std::vector<int> times(1000);

  DerivationBatch batch(times.size(), [&](std::size_t i) { ++times[i]; });
  batch.wait();

  EXPECT_THAT(times, Each(1));
}

TEST(DerivationBatchTest, ABatchOfNothingEndsAtOnce) {
  bool called = false;

  DerivationBatch batch(0, [&](std::size_t) { called = true; });
  batch.wait();
  batch.wait();

  EXPECT_FALSE(called);
}

TEST(DerivationBatchTest, ABatchThatIsThrownAwayEndsItsWorkFirst) {
  std::vector<int> times(100);
  {
    const DerivationBatch batch(times.size(), [&](std::size_t i) { ++times[i]; });
  }

  EXPECT_THAT(times, Each(1));
}

TEST(AnalyzeTest, NamesAreReadableInWhatIsShown) {
  CrashReport report;
  auto& frames = report.threads.emplace_back().frames;
  for (const auto* name : {"_RNvCs4fqI2P2rA04_7mycrate7example", "_ZN4prog4main17h0123456789abcdefE",
                           "$s4prog4GridV4cellyS2iF", "plain"}) {
    frames.emplace_back().symbol = name;
  }

  make_names_readable(report);

  EXPECT_EQ(frames[0].symbol, "mycrate::example");
  EXPECT_EQ(frames[1].symbol, "prog::main");
  EXPECT_EQ(frames[2].symbol, "prog.Grid.cell");
  EXPECT_EQ(frames[3].symbol, "plain");
}

}  // namespace
}  // namespace faultline

#include "app/ingest/analysis_child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "analyzer/derive.h"
#include "tests/support/collector_ips.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string report_with(const std::string& words) {
  IpsText text;
  text.incident = numbered_incident(1);
  text.more = ",\n \"exception\" : {\"type\":\"EXC_BAD_ACCESS\",\"signal\":\"SIGSEGV\"}, \"note\" : \"" +
              words + "\"";
  return text.text();
}

class AnalysisChildTest : public ::testing::Test {
 protected:
  void SetUp() override {
    before_ = std::signal(SIGPIPE, SIG_IGN);  // As the program does.
  }
  void TearDown() override { std::signal(SIGPIPE, before_); }
  DeriveReport guarded(AnalysisChild& child) {
    return child.guard(ReportOrigin::captured, [this](std::string_view bytes, std::string_view) {
      ++derived_here_;
      return derive(bytes, ReportOrigin::captured, rules_);
    });
  }

  SiteRules rules_;
  std::atomic<int> derived_here_{0};
  AnalysisChild child_{FAULTLINE_ANALYSIS_CHILD};

 private:
  void (*before_)(int) = SIG_DFL;
};

TEST_F(AnalysisChildTest, WhatTheChildCanAnalyseIsAnalysedHere) {
  const auto derive_report = guarded(child_);

  EXPECT_EQ(derive_report(report_with("nothing"), {}).report.kind, ReportKind::crash);
  EXPECT_EQ(derive_report("", {}).report.kind, ReportKind::unreadable);
  EXPECT_EQ(derive_report(std::string(3 << 20, '{'), {}).report.kind, ReportKind::unreadable);

  EXPECT_EQ(derived_here_, 3);
}

TEST_F(AnalysisChildTest, AReportThatEndsTheChildIsNotAnalysedHereAndTheNextOneIs) {
  const auto derive_report = guarded(child_);

  const auto crashed = derive_report(report_with("mistake: crash"), {});
  const auto ended = derive_report(report_with("mistake: exit"), {});
  const auto good = derive_report(report_with("nothing"), {});

  EXPECT_EQ(crashed.report.kind, ReportKind::unanalysed);
  EXPECT_EQ(crashed.report.origin, ReportOrigin::captured);
  EXPECT_TRUE(crashed.site.key.empty());
  ASSERT_THAT(crashed.report.issues, SizeIs(1));
  EXPECT_THAT(crashed.report.issues[0].message, HasSubstr("died of signal 9"));
  EXPECT_THAT(crashed.report.issues[0].message, HasSubstr("faultline reanalyze tries again"));
  EXPECT_EQ(ended.report.kind, ReportKind::unanalysed);
  EXPECT_THAT(ended.report.issues.at(0).message, HasSubstr("exited with 7"));
  EXPECT_EQ(good.report.kind, ReportKind::crash);
  EXPECT_EQ(derived_here_, 1);
}

TEST_F(AnalysisChildTest, AnAnalysisWithoutEndIsEnded) {
  AnalysisChild child(FAULTLINE_ANALYSIS_CHILD, std::chrono::milliseconds(50));

  const auto failure = child.failure_of(report_with("mistake: no end"));

  ASSERT_TRUE(failure.has_value());
  EXPECT_THAT(*failure, HasSubstr("was not done after"));
}

TEST_F(AnalysisChildTest, WhereNoChildCanBeStartedTheReportIsAnalysedAllTheSame) {
  AnalysisChild child("/no/such/program");

  EXPECT_EQ(guarded(child)(report_with("nothing"), {}).report.kind, ReportKind::crash);
}

TEST_F(AnalysisChildTest, SeveralThreadsMayAskAtATime) {
  const auto derive_report = guarded(child_);
  std::atomic<int> as_meant{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, crashes = i % 2 == 0] {
      const auto kind = derive_report(report_with(crashes ? "mistake: crash" : "nothing"), {}).report.kind;
      if (kind == (crashes ? ReportKind::unanalysed : ReportKind::crash)) ++as_meant;
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(as_meant, 4);
}

}  // namespace
}  // namespace faultline

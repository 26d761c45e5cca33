#include "reports/documents/crash_brief.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analyzer/analyze.h"
#include "reports/formats/text_width.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

Analysis deep_crash() {
  ReportMaker maker;
  maker.bad_access(0x98).arm64({{"x20", 0}, {"far", 0x98}, {"esr", 0x92000006}}).code({0xf9404e88});
  maker.frame("AGXMetalG16X", "AGX::ComputeContext<AGX::Encoders, AGX::Classes>::prepareForEnqueue(bool)", 7);
  for (int i = 0; i < 30; ++i) maker.frame("libtorch_cpu.dylib", "at::native::step(at::Tensor const&)", 100);
  maker.report().capture_time = "2025-12-20 17:36:18.5000 -0800";
  maker.report().launch_time = "2025-12-20 17:36:17.0000 -0800";
  return analyze(maker.report());
}

CrashPageContext full_context() {
  CrashPageContext context;
  context.trial = {
      {"run", "9311dcce-aff6"}, {"trial", "797"}, {"cell", "threads=16"}, {"outcome", "crashed"}};
  context.trial_name = "9311dcce/797";
  context.command = {"agx_sim", "--threads", "16"};
  context.workload_phase = "encoding";
  context.labels = {"known"};
  context.site_crashes = 84;
  context.shown_as = "790C50DB";
  for (int i = 0; i < 9; ++i) context.differences.push_back({"driver version", "351.2", "329.2", 4, 5});
  return context;
}

TEST(CrashBriefTest, AScreenHoldsItWhateverIsKnown) {
  const std::string text = crash_brief_text(deep_crash(), full_context());

  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), static_cast<std::ptrdiff_t>(kBriefLines)) << text;
  for (const char* part :
       {"is NULL; 8-byte read of field 0x98", "AGX::ComputeContext<…>::prepareForEnqueue +7 · NULL+0x98 read",
        "84 reports", "known", "->  0  AGX::ComputeContext<…>::prepareForEnqueue +7", "uptime 1.500 s",
        "9311dcce/797, threads=16, crashed, phase encoding", "agx_sim --threads 16",
        "driver version is 351.2 here, usually 329.2 (4 of 5)", "faultline show 790C50DB --full",
        "faultline show 9311dcce/797"})
    EXPECT_THAT(text, HasSubstr(part));
}

TEST(CrashBriefTest, ALineIsNoWiderThanTheTerminal) {
  const std::string text = crash_brief_text(deep_crash(), full_context(), 60);
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    EXPECT_LE(display_width(text.substr(begin, end - begin)), 60U) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

TEST(CrashBriefTest, WithoutAStoreItSaysWhatTheReportSays) {
  const std::string text = crash_brief_text(deep_crash(), {});

  EXPECT_THAT(text, HasSubstr("nothing: all evidence is consistent"));
  EXPECT_THAT(text, Not(HasSubstr("trial ")));
  EXPECT_THAT(text, Not(HasSubstr("faultline show")));
}

TEST(CrashBriefTest, NothingOfAReportReachesTheTerminalUnescaped) {
  Analysis evil = deep_crash();
  evil.report.process_name = "a\x1b[2J\nb";
  CrashPageContext context;
  context.command = {"x\x1b]0;t\x07"};
  context.trial = {{"trial", "1"}};
  const std::string text = crash_brief_text(evil, context);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\x07'), std::string::npos);
}

}  // namespace
}  // namespace faultline

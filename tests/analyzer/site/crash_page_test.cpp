#include "reports/crash_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/analyze.h"
#include "reports/page_blocks.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Analysis driver_crash() {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x20", 0}, {"far", 0x5c8}, {"esr", 0x92000006}}).code({0xf942e688});
  maker.frame("AGXMetalG16X", "-[AGXG16XFamilyComputeContext setComputePipelineState:]", 32);
  maker.frame("libtorch_cpu.dylib", "at::native::mps::linear(at::Tensor const&)", 100);
  maker.other_thread("AGXMetalG16X", {"-[AGXG16XFamilyComputeContext endEncoding]"}).queue =
      "metal gpu stream 2";
  CrashReport& report = maker.report();
  report.images[0].bundle_short_version = "329.2";
  report.images[1].path = "/Users/USER/venv/libtorch_cpu.dylib";
  report.incident = "79BC4A1F-0000-0000-0000-000000000000";
  report.sip = "enabled";
  report.launch_time = "2025-12-20 17:36:17.0000 -0800";
  report.capture_time = "2025-12-20 17:36:18.5000 -0800";
  report.vm_region_info = "0x5c8 is not in any region.\n--->  \n      __TEXT  104000000-104004000\n";
  return analyze(report);
}

TEST(CrashPageTest, TellsAllThatAPersonWouldWriteByHand) {
  const std::string page = crash_page_text(driver_crash());
  for (const auto* part :
       {"x20 is NULL; 8-byte read of field 0x5c8", "ldr x8, [x20, #0x5c8]", "all evidence tells one story",
        "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read",
        "the top frame is in the driver (AGXMetalG16X)", "x20: 0x0000000000000000*", "* held NULL",
        "0x5c8 is not in any region", "process lived", "1.500 s", "System Integrity Protection",
        "AGXMetalG16X 329.2 <", "-[AGXG16XFamilyComputeContext endEncoding]", "queue metal gpu stream 2",
        "inside the image of the crash", "macOS 15.7.3 (24G419)", "who put the NULL there"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(CrashPageTest, NeverCallsItABugOfTheDriver) {
  EXPECT_THAT(crash_page_text(driver_crash()), AllOf(Not(HasSubstr("driver bug")), Not(HasSubstr("bug in"))));
}

TEST(CrashPageTest, ShowsTheWorkloadsPhaseBeforeOneFromFrames) {
  CrashPageContext context;
  context.workload_phase = "encoding";
  EXPECT_THAT(crash_page_text(driver_crash(), context), HasSubstr("encoding (printed by the workload)"));
}

TEST(CrashPageTest, SaysWhatIsNotLikeTheUsualCrashOfItsSite) {
  const Analysis usual = driver_crash();
  UsualCrash crashes;
  for (int i = 0; i < 4; ++i) crashes.add(usual);
  Analysis odd = usual;
  odd.report.images[0].bundle_short_version = "351.2";
  crashes.add(odd);
  CrashPageContext context;
  context.site_crashes = crashes.crashes();
  context.differences = crashes.differences(odd);

  EXPECT_EQ(context.differences, (std::vector<Difference>{{"driver version", "351.2", "329.2", 4, 5}}));
  EXPECT_THAT(crash_page_text(odd, context), HasSubstr("driver version: 351.2 here, usually 329.2 (4 of 5)"));
  EXPECT_TRUE(crashes.differences(usual).empty());
}

TEST(CrashPageTest, CallsNothingUsualThatWasSeenTwice) {
  UsualCrash crashes;
  crashes.add(driver_crash());
  crashes.add(driver_crash());
  Analysis odd = driver_crash();
  odd.report.model = "Mac14,6";
  EXPECT_TRUE(crashes.differences(odd).empty());
}

TEST(CrashPageTest, SendsNothingFromAReportToTheTerminal) {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT").words("lib", "\x1b[31mred\x1b[0m \xe2\x80\xae");
  maker.frame("evil\x1b]0;title\x07", "f\r\nfake line", 4);
  maker.report().process_name = "p\x1b[2J";
  const std::string page = crash_page_text(analyze(maker.report()));
  EXPECT_EQ(page.find('\x1b'), std::string::npos);
  EXPECT_EQ(page.find('\x07'), std::string::npos);
  EXPECT_EQ(page.find('\r'), std::string::npos);
  EXPECT_EQ(page.find("\xe2\x80\xae"), std::string::npos);
}

TEST(CrashPageTest, WritesMarkdownThatNoReportCanBreak) {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT");
  maker.frame("app", "``` <script>alert(1)</script>", 4);
  maker.report().process_name = "a|b <img src=x> *bold*";
  const std::string page = crash_page_markdown(analyze(maker.report()));
  EXPECT_THAT(page, HasSubstr("# a\\|b \\<img src=x\\> \\*bold\\*"));
  // The fence around the stack is longer than the one inside.
  EXPECT_THAT(page, HasSubstr("\n````\n"));
}

TEST(CrashPageTest, ShowsAReportOfWhichNothingIsLeft) {
  const std::string page = crash_page_text(analyze(CrashReport{}));
  EXPECT_THAT(page, HasSubstr("which thread crashed, and its stack"));
}

TEST(PageBlocksTest, KeepsLinesOfCodeAndOneLineOfEverythingElse) {
  const std::vector<PageSection> sections{
      {"Title",
       {PageBlock::code("a\n\n  b\n"), PageBlock::list({"one\ntwo"}), PageBlock::facts({{"k", "v"}})}}};
  EXPECT_EQ(page_as_text("page", sections), "page\n\nTitle\n  a\n\n    b\n  - one\\ntwo\n  k  v\n");
  EXPECT_EQ(page_as_markdown("page", sections),
            "# page\n\n## Title\n\n```\na\n\n  b\n```\n\n- one\\\\ntwo\n\n| | |\n|---|---|\n| k | v |\n");
}

}  // namespace
}  // namespace faultline

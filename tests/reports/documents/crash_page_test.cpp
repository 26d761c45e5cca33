#include "reports/documents/crash_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/analyze.h"
#include "reports/documents/document.h"
#include "reports/formats/report_writer.h"
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
       {"x20 is NULL; 8-byte read of field 0x5c8", "ldr x8, [x20, #0x5c8]", "all evidence is consistent",
        "AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 read",
        "the top frame is in the driver (AGXMetalG16X)", "x20: 0x0000000000000000*", "* held NULL",
        "0x5c8 is not in any region", "uptime ", "1.500 s", "System Integrity Protection",
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
  SiteBaseline crashes;
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
  SiteBaseline crashes;
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

TEST(CrashPageTest, NamesTheBugTypeOfWhatIsNoCrashAndShowsItsHeader) {
  CrashReport report;
  report.kind = ReportKind::resource;
  report.header.bug_type = "145";
  report.header.timestamp = "2020-10-17 23:26:39.00 +0100";
  report.os.build = "18B5072f";
  const std::string page = crash_page_text(analyze(report));

  EXPECT_THAT(page, HasSubstr("bug type  145 (disk writes above limit)"));
  EXPECT_THAT(page, HasSubstr("reported  2020-10-17 23:26:39.00 +0100"));
  EXPECT_THAT(page, HasSubstr("OS        18B5072f"));
  EXPECT_THAT(crash_page_text(driver_crash()), Not(HasSubstr("bug type")));

  report.header.bug_type = "9999";
  EXPECT_THAT(crash_page_text(analyze(report)), HasSubstr("bug type  9999"));
}

TEST(CrashPageTest, TellsWhoPanickedAndWithWhichExtensions) {
  CrashReport report;
  report.kind = ReportKind::panic;
  report.system_event.emplace();
  report.system_event->panic_string = "panic(cpu 3 caller 0xfffffe001f5bd638): GPU hung";
  report.system_event->panicked_task = "python3.14";
  report.system_event->panicked_pid = 812;
  report.system_event->kexts = {{"com.apple.AGXG16G", "345.20.4"}};
  const std::string page = crash_page_text(analyze(report));

  for (const auto* part : {"python3.14 [812]", "com.apple.AGXG16G 345.20.4", "GPU hung"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(CrashPageTest, ShowsAReportOfWhichNothingIsLeft) {
  const std::string page = crash_page_text(analyze(CrashReport{}));
  EXPECT_THAT(page, HasSubstr("which thread crashed, and its stack"));
}

TEST(CrashPageTest, MarksTheInstructionAtThePcAndSaysWhoseBytesTheyAre) {
  CrashPageContext context;
  context.disassembly = Disassembly{{{{0x1000}, {0x20, 0, 0x20, 0xd4}, "brk #0x1", false},
                                     {{0x1004}, {0x88, 0xe6, 0x42, 0xf9}, "ldr x8, [x20, #0x5c8]", true}},
                                    "report"};
  const std::string page = crash_page_text(driver_crash(), context);
  EXPECT_THAT(page, HasSubstr("     0x0000000000001000  200020d4          brk #0x1\n"));
  EXPECT_THAT(page, HasSubstr("  => 0x0000000000001004  88e642f9          ldr x8, [x20, #0x5c8]\n"));
  EXPECT_THAT(page, HasSubstr("The bytes are the report's own."));

  context.disassembly->origin = "/archive/AGXMetalG16X";
  EXPECT_THAT(crash_page_text(driver_crash(), context),
              HasSubstr("The bytes are from /archive/AGXMetalG16X."));
}

TEST(CrashPageTest, InventsNoInstructionsAndShowsNoSectionUnlessAsked) {
  CrashPageContext context;
  context.no_disassembly = "no file of this build and no bytes in the report";
  EXPECT_THAT(crash_page_text(driver_crash(), context),
              HasSubstr("None: no file of this build and no bytes in the report."));
  EXPECT_THAT(crash_page_text(driver_crash()), Not(HasSubstr("Instructions around the pc")));
}

}  // namespace
}  // namespace faultline

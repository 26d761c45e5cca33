// Text reports as people send them: excerpts, retyped rows, tabs that became blanks.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analyzer/parse/parse_report.h"

namespace faultline {
namespace {

using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

const std::string kHead =
    "Process:             app [7]\nDate/Time:           2026-02-11 09:14:52.3071 +0100\n"
    "OS Version:          macOS 26.2 (25C56)\nException Type:    EXC_BAD_ACCESS (SIGSEGV)\n"
    "Exception Codes:   0x0000000000000001, 0x0000000000000048\n";

const std::string kImages =
    "\nBinary Images:\n       0x100000000 -        0x1000fffff app (*) "
    "<4456dc21-e091-3f13-9b30-c76b9ddabeb1> /tmp/app\n";

bool has_issue(const CrashReport& report, const std::string& part) {
  for (const auto& issue : report.issues) {
    if (issue.message.find(part) != std::string::npos) return true;
  }
  return false;
}

TEST(PastedReportTest, AnExcerptKeepsTheNumbersOfItsThreads) {
  const auto report = parse_report(kHead +
                                   "Triggered by Thread: 6  scan\n\nThread 5:: idle\n"
                                   "0   app  \t0x100001000 wait + 8\n\nThread 6 Crashed:: scan\n"
                                   "0   app  \t0x100002000 scan + 60\n" +
                                   kImages);

  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.thread_number(0), 5U);
  EXPECT_EQ(report.thread_number(1), 6U);
  EXPECT_EQ(report.crashed_thread_index(), 1U);
  EXPECT_EQ(report.crashed_thread_number(), 6U);
}

TEST(PastedReportTest, LinesInBackticksAreRead) {
  const auto report = parse_report(
      "> Thread 7 Crashed (worker, com.acme.render):\n> `0   libacme.dylib   acme::Renderer::draw(int) + "
      "0x3c`\n"
      "> `1   libacme.dylib   acme::Loop::tick() + 0x110`\n>\n> Exception Type: EXC_BAD_ACCESS (SIGSEGV)\n"
      "> Exception Subtype: KERN_INVALID_ADDRESS at 0x0000000000000010\n");

  ASSERT_EQ(report.crashed_thread_number(), 7U);
  const auto& frames = report.threads[*report.crashed_thread_index()].frames;
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].symbol, "acme::Renderer::draw(int)");
  EXPECT_EQ(frames[0].symbol_location, 0x3cU);
}

TEST(PastedReportTest, ANumberIsNoPlaceInTheList) {
  const auto report = parse_report(kHead +
                                   "Crashed Thread: 1  loader\n\nThread 5:: a\n0   app  \t0x100001000 "
                                   "wait + 8\n\nThread 6:: b\n0   app  \t0x100002000 shrink + 4\n" +
                                   kImages);

  EXPECT_EQ(report.crashed_thread_index(), std::nullopt);
  EXPECT_EQ(report.crashed_thread_number(), 1U);
  EXPECT_TRUE(has_issue(report, "the stack of the crashed thread, 1, is not in the text"));
}

TEST(PastedReportTest, AnAddressBehindManyBlanksIsOfItsFrame) {
  const auto report = parse_report(kHead +
                                   "Thread 0 Crashed:\n"
                                   "0   ???                                              0x0 ???\n"
                                   "1   app                                      0x100001000 go + 37\n" +
                                   kImages);

  ASSERT_EQ(report.threads.size(), 1U);
  ASSERT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[1].symbol, "go");
}

TEST(PastedReportTest, TheHeaderMayFollowTheStack) {
  const auto report =
      parse_report("Thread 4 Crashed:: mixer\n0   app  \t0x100001000 pull + 116\n\nHere is the header:\n\n" +
                   kHead + "Crashed Thread: 4  mixer\n");

  EXPECT_EQ(report.process_name, "app");
  EXPECT_EQ(report.os.build, "25C56");
  EXPECT_EQ(report.crashed_thread_number(), 4U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "pull");
}

TEST(PastedReportTest, AStackThatIsShownTwiceIsOneThread) {
  const std::string short_stack =
      "Thread 9 Crashed:: t\n0   app  \t0x100001000 joint + 44\n\nThe long form:\n\n";
  const auto report =
      parse_report(short_stack + kHead + "\nThread 9 Crashed:: t\n0   app  \t0x100001000 joint + 44\n" +
                   "1   app  \t0x100001100 advance + 380\n" + kImages);

  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.thread_number(0), 9U);
}

TEST(PastedReportTest, ARuleOfATableIsNoHeading) {
  const auto report =
      parse_report(kHead + "Thread 0 Crashed:\n0   app  \t0x100001000 go + 4\n" + kImages +
                   "\nVM Region Summary:\n\nREGION TYPE   SIZE   COUNT\n===========  ====  =====\n"
                   "MALLOC  118.4M  22\n===========  ====  =====\nTOTAL  1.3G  412\n");

  ASSERT_TRUE(report.vm_summary);
  EXPECT_THAT(*report.vm_summary, HasSubstr("MALLOC  118.4M"));
  EXPECT_THAT(*report.vm_summary, HasSubstr("TOTAL  1.3G  412"));
}

TEST(PastedReportTest, NameAndQueueMayStandInParentheses) {
  const auto report = parse_report(
      "Exception Type:    EXC_GUARD\nTermination:       Namespace GUARD, Code 2305844108725330947\n\n"
      "Thread 0 Crashed (main, com.apple.main-thread):\n0   libsystem_kernel.dylib    trap + 8\n"
      "1   vault                     vault_stop(Server*) + 0x838\n");

  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_TRUE(report.threads[0].triggered);
  EXPECT_EQ(report.threads[0].name, "main");
  EXPECT_EQ(report.threads[0].queue, "com.apple.main-thread");
  EXPECT_EQ(report.threads[0].frames[1].symbol_location, 0x838U);
  EXPECT_EQ(report.termination->code, 2305844108725330947U);
}

TEST(PastedReportTest, FramesMayLackAddressAndOffset) {
  const auto report = parse_report(kHead +
                                   "Thread 2 Crashed:\n0  libsystem_kernel.dylib  mach_port_mod_refs\n"
                                   "1  app              toll::IdleTimer::poll\n"
                                   "2  libsystem_pthread.dylib _pthread_start\n\n3 more of them.\n");

  ASSERT_EQ(report.threads.size(), 1U);
  ASSERT_EQ(report.threads[0].frames.size(), 3U);
  EXPECT_EQ(report.threads[0].frames[1].symbol, "toll::IdleTimer::poll");
  EXPECT_EQ(report.threads[0].frames[1].symbol_location, std::nullopt);
}

TEST(PastedReportTest, ATypedStackAndPiecesOfJsonAreOneReport) {
  const auto report = parse_report(
      "0  libsystem_kernel  mach_port_destruct\n1  snowgaged         gauge::close_port\n\nFrom the file:\n\n"
      "\"exception\" : {\"type\":\"EXC_GUARD\",\"subtype\":\"GUARD_TYPE_MACH_PORT\"},\n"
      "\"termination\" : {\"namespace\":\"GUARD\",\"code\":2305845208236965127}\n");

  ASSERT_TRUE(report.exception);
  EXPECT_EQ(report.exception->type, "EXC_GUARD");
  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.threads[0].frames[1].symbol, "gauge::close_port");
  EXPECT_EQ(report.termination->code, 2305845208236965127U);
}

TEST(PastedReportTest, AHeaderAloneSaysWhatIsMissing) {
  const auto report = parse_report(kHead + "Crashed Thread:        43\n");

  EXPECT_EQ(report.crashed_thread_number(), 43U);
  EXPECT_TRUE(has_issue(report, "the stacks, registers and images are missing"));
}

TEST(PastedReportTest, APanicMayStandInsideBackticks) {
  const auto report = parse_report(
      "**the machine**\n\n`panic(cpu 5 caller 0x1): \"gate 2 released twice\" @SluiceGate.cpp:151\n"
      "OS version: 25B78\nPanicked task 0x2: 880 pages, 4 threads: pid 301: sluiced`\n");

  ASSERT_EQ(report.kind, ReportKind::panic);
  EXPECT_EQ(report.system_event->panicked_task, "sluiced");
  EXPECT_EQ(report.system_event->panicked_cpu, 5);
}

TEST(PastedReportTest, TheManagedStackOfTheConsoleIsWhereTheExceptionWasThrown) {
  const auto report = parse_report(
      "Unhandled exception. Ledger.BalanceException: off by 12 cents\n   at Ledger.Book.Close(Int32 year) in "
      "/src/Book.cs:line 88\n   at Program.Main()\n\n" +
      kHead + "Thread 0 Crashed:\n0   libcoreclr.dylib  \t0x100001000 PROCAbort + 4\n" + kImages);

  ASSERT_TRUE(report.exception_reason);
  EXPECT_EQ(report.exception_reason->name, "Ledger.BalanceException");
  EXPECT_EQ(report.exception_reason->composed_message, "off by 12 cents");
  ASSERT_EQ(report.last_exception_backtrace.size(), 2U);
  EXPECT_EQ(report.last_exception_backtrace[0].symbol, "Ledger.Book.Close(Int32 year)");
  EXPECT_EQ(report.last_exception_backtrace[0].source_line, 88U);
}

}  // namespace
}  // namespace faultline

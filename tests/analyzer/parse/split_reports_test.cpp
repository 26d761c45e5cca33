#include "analyzer/parse/split_reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "analyzer/parse/parse_report.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;

std::string text_report(const std::string& process, int pid) {
  return "-------------------------------------\nTranslated Report (Full Report Below)\n"
         "-------------------------------------\n\nProcess:               " +
         process + " [" + std::to_string(pid) +
         "]\nDate/Time:             2025-04-02 07:15:31.0090 +0100\n"
         "Crashed Thread:        0\n\nException Type:        EXC_CRASH (SIGABRT)\n\n"
         "Thread 0 Crashed:\n0   " +
         process + "   0x0000000100001f80 work + 32\n\nBinary Images:\n       0x100000000 - 0x100003fff " +
         process + " (*) <4456dc21-e091-3f13-9b30-c76b9ddabeb1> /tmp/x\n";
}

void expect_pieces(const std::string& whole, const std::vector<std::string>& processes) {
  const auto pieces = split_reports(whole);
  ASSERT_EQ(pieces.size(), processes.size());
  std::string joined;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    joined += pieces[i];
    EXPECT_EQ(parse_one_report(pieces[i]).process_name, processes[i]);
  }
  EXPECT_EQ(joined, whole);
}

TEST(SplitReportsTest, TextsOfTwoProcessesAreTwoReports) {
  expect_pieces(text_report("one", 7) + "\nAnd then:\n\n" + text_report("two", 8), {"one", "two"});
}

TEST(SplitReportsTest, TwoCrashesOfOneProgramAreTwoReports) {
  expect_pieces(text_report("one", 7) + text_report("one", 9), {"one", "one"});
}

TEST(SplitReportsTest, FilesBehindEachOtherAreTwoReports) {
  const auto first = IpsBuilder().process("one", 7).text();
  expect_pieces(first + "\n" + IpsBuilder().process("two", 8).text(), {"one", "two"});
}

TEST(SplitReportsTest, TheSameReportShownTwiceIsOne) {
  EXPECT_EQ(split_reports(text_report("one", 7) + text_report("one", 7)).size(), 1U);
}

TEST(SplitReportsTest, TextAndJsonOfOneCrashAreOne) {
  const auto both = text_report("one", 7) + "\n-----------\nFull Report\n-----------\n\n" +
                    IpsBuilder().process("one", 7).text();
  EXPECT_EQ(split_reports(both).size(), 1U);
}

TEST(SplitReportsTest, TextUnderAJsonHeaderIsOfThatHeader) {
  EXPECT_EQ(split_reports("{\"bug_type\":\"109\",\"incident_id\":\"a\"}\n" + text_report("one", 7)).size(),
            1U);
}

TEST(SplitReportsTest, AProcessListIsNoSecondReport) {
  EXPECT_EQ(split_reports("Command: a\nPID: 1\nEvent: hang\n\nProcess: a [1]\n\nProcess: b [2]\n\n").size(),
            1U);
}

TEST(SplitReportsTest, PanicsInsideFencesAreToldApart) {
  const std::string first = "panic(cpu 3 caller 0x1): \"ripple\" @a.cpp:1\nOS version: 25C56\n";
  const std::string second =
      "panic(cpu 6 caller 0x2): Kernel data abort.\nOS version: 25D125\n"
      "Panicked task 0x3: 1 pages, 1 threads: pid 733: tidemarkd\n";
  const auto whole = "Monday:\n```\n" + first + "```\nThursday:\n```\n" + second + "```\n";
  const auto pieces = split_reports(whole);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(parse_one_report(pieces[0]).system_event->panicked_task, std::nullopt);
  EXPECT_EQ(parse_one_report(pieces[1]).system_event->panicked_task, "tidemarkd");
}

TEST(SplitReportsTest, ALogOfDataRacesIsOneReportARace) {
  const auto race = [](const std::string& function) {
    return "==================\nWARNING: ThreadSanitizer: data race (pid=12)\n  Write of size 4 at 0x7b04 by "
           "thread T1:\n"
           "    #0 " +
           function + " /src/r.c:7 (prog+0x4a)\n\nSUMMARY: ThreadSanitizer: data race /src/r.c:7 in " +
           function + "\n==================\n";
  };
  const auto whole = "started\n" + race("bump") + race("drop") + "ThreadSanitizer: reported 2 warnings\n";
  const auto pieces = split_reports(whole);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(parse_one_report(pieces[0]).threads[0].frames[0].symbol, "bump");
  EXPECT_EQ(parse_one_report(pieces[1]).threads[0].frames[0].symbol, "drop");
}

TEST(SplitReportsTest, CrashesOfTwoSwiftProgramsAreTwo) {
  const auto crash = [](const std::string& words) {
    return "a/m.swift:4: Fatal error: " + words +
           "\n\n*** Program crashed: System trap at 0x1 ***\n\nThread 0 crashed:\n\n0 f() in p at "
           "/m.swift:3:1\n\n";
  };
  const auto whole = crash("first") + crash("second");
  const auto pieces = split_reports(whole);

  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_THAT(parse_one_report(pieces[1]).app_specific_info[0].lines[0], HasSubstr("second"));
}

TEST(SplitReportsTest, WhatARuntimePrintedAboveTheSystemsReportIsNoSecondOne) {
  const std::string printed =
      "Fatal Python error: Aborted\n\nCurrent thread 0x1 (most recent call first):\n  File \"a.py\", line 3 "
      "in f\n\n";
  EXPECT_EQ(split_reports(printed + text_report("Python", 7)).size(), 1U);
}

TEST(SplitReportsTest, MetrickitDocumentsBehindEachOtherAreToldApart) {
  const std::string one =
      R"json({"diagnosticMetaData":{"signal":11},"callStackTree":{"callStacks":[{"callStackRootFrames":[]}]}})json";
  EXPECT_EQ(split_reports(one).size(), 1U);
  EXPECT_EQ(split_reports(one + "\n" + one + "\n").size(), 2U);
}

TEST(SplitReportsTest, ReadAsOneTheFirstSaysThatMoreFollow) {
  const auto report = parse_report(text_report("one", 7) + text_report("two", 8));

  EXPECT_EQ(report.process_name, "one");
  EXPECT_EQ(report.threads.size(), 1U);
  ASSERT_FALSE(report.issues.empty());
  EXPECT_THAT(report.issues.back().message, HasSubstr("1 more report"));
}

}  // namespace
}  // namespace faultline

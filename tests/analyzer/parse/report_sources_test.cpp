#include "analyzer/parse/report_sources.h"

#include <gtest/gtest.h>

#include <string>

#include "analyzer/parse/parse_report.h"

namespace faultline {
namespace {

TEST(FaulthandlerTest, TheCurrentThreadIsTheCrashedOne) {
  const auto report = parse_report(
      "Fatal Python error: Segmentation fault\n\nThread 0x00007f12 [pool] (most recent call first):\n"
      "  File \"/a/wait.py\", line 7 in wait\n\nCurrent thread 0x00007f13 (most recent call first):\n"
      "  File \"/a/train.py\", line 12 in step\n  File \"/a/train.py\", line 40 in main\n");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.exception->signal, "SIGSEGV");
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[0].name, "pool");
  ASSERT_EQ(report.crashed_thread_index(), 1U);
  EXPECT_EQ(report.threads[1].frames[0].symbol, "step");
  EXPECT_EQ(report.threads[1].frames[0].source_line, 12U);
  EXPECT_FALSE(report.issues.empty());
}

TEST(FaulthandlerTest, TheCStackOfNewerInterpretersStandsAboveThePythonOne) {
  const auto report = parse_report(
      "Fatal Python error: Aborted\n\nCurrent thread 0x00007f13 (most recent call first):\n"
      "  File \"a.py\", line 3 in f\n\nCurrent thread's C stack trace (most recent call first):\n"
      "  Binary file \"/usr/lib/libx.so\", at boom+0x1f [0x7f0012345678]\n");

  ASSERT_EQ(report.threads.size(), 1U);
  ASSERT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "boom");
  EXPECT_EQ(report.threads[0].frames[0].symbol_location, 0x1fU);
  EXPECT_EQ(report.threads[0].frames[1].symbol, "f");
}

TEST(SanitizerTest, TheFirstStackIsTheAccess) {
  const auto report = parse_report(
      "==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x60200000 at pc 0x55 bp 0x7f sp "
      "0x7e\n"
      "READ of size 8 at 0x60200000 thread T0\n    #0 0x55d1 in use(int) /src/a.cc:12:3\n"
      "    #1 0x55d2 in main /src/a.cc:20\n\nfreed by thread T0 here:\n    #0 0x55d3 in free "
      "(/usr/lib/libasan.so+0x1f)\n"
      "\nSUMMARY: AddressSanitizer: heap-use-after-free /src/a.cc:12:3 in use(int)\n");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.pid, 4711);
  ASSERT_EQ(report.threads.size(), 2U);
  ASSERT_EQ(report.crashed_thread_index(), 0U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "use(int)");
  EXPECT_EQ(report.threads[0].frames[0].source_line, 12U);
  EXPECT_EQ(report.threads[1].name, "freed by thread T0 here");
  EXPECT_EQ(report.threads[1].frames[0].image_name, "libasan.so");
  EXPECT_EQ(report.threads[1].frames[0].image_offset.value, 0x1fU);
}

TEST(SanitizerTest, ADataRaceDidNotEndTheProcess) {
  const auto report = parse_report(
      "WARNING: ThreadSanitizer: data race (pid=12)\n  Write of size 4 at 0x7b04 by thread T1:\n"
      "    #0 bump /src/r.c:7 (prog+0x4a)\n\n  Previous read of size 4 at 0x7b04 by main thread:\n"
      "    #0 main /src/r.c:20 (prog+0x8a)\n\nSUMMARY: ThreadSanitizer: data race /src/r.c:7 in bump\n");

  EXPECT_EQ(report.kind, ReportKind::non_fatal);
  EXPECT_EQ(report.pid, 12);
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "bump");
  EXPECT_EQ(report.threads[0].frames[0].image_name, "prog");
}

TEST(SwiftBacktraceTest, SaysWhatHappenedAndWhere) {
  const auto report = parse_report(
      "*** Program crashed: Bad pointer dereference at 0x0000000000000004 ***\n\n"
      "Platform: arm64 macOS 14.5 (23F79)\n\nThread 0 \"main\" crashed:\n\n"
      "0 reallyCrashMe() in crash at /src/crash.swift:3:15\n\n     1| func f() {\n\n"
      "1 [ra] 0x0000000100b0d500 crashMe() + 8 in crash at /src/crash.swift:9:3\n");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_EQ(report.os.build, "23F79");
  ASSERT_EQ(report.threads.size(), 1U);
  ASSERT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[0].symbol, "reallyCrashMe()");
  EXPECT_EQ(report.threads[0].frames[0].source_line, 3U);
  EXPECT_EQ(report.threads[0].frames[1].symbol_location, 8U);
  EXPECT_EQ(report.threads[0].frames[1].image_name, "crash");
}

TEST(MetrickitTest, ReadsTheFirstCrashOfAPayload) {
  const auto report = parse_report(R"json({"timeStampEnd":"2025-11-02 10:00:00","crashDiagnostics":[
    {"version":"1.0.0","diagnosticMetaData":{"exceptionType":1,"exceptionCode":1,"signal":11,
      "bundleIdentifier":"org.example.app","osVersion":"iPhone OS 17.0 (21A329)","pid":99},
     "callStackTree":{"callStackPerThread":true,"callStacks":[
       {"threadAttributed":false,"callStackRootFrames":[{"binaryName":"libsystem_kernel.dylib",
          "binaryUUID":"1A238323-23A8-3EDE-BD3B-A7DF9D9D317A","offsetIntoBinaryTextSegment":16,"address":4096016}]},
       {"threadAttributed":true,"callStackRootFrames":[{"binaryName":"app",
          "binaryUUID":"4456DC21-E091-3F13-9B30-C76B9DDABEB1","offsetIntoBinaryTextSegment":32,"address":4294967328,
          "subFrames":[{"binaryName":"app","binaryUUID":"4456DC21-E091-3F13-9B30-C76B9DDABEB1",
            "offsetIntoBinaryTextSegment":64,"address":4294967360}]}]}]}},
    {"diagnosticMetaData":{}}]})json");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_EQ(report.exception->signal, "SIGSEGV");
  EXPECT_EQ(report.pid, 99);
  EXPECT_EQ(report.os.build, "21A329");
  ASSERT_EQ(report.threads.size(), 2U);
  EXPECT_EQ(report.crashed_thread_index(), 1U);
  ASSERT_EQ(report.threads[1].frames.size(), 2U);
  EXPECT_EQ(report.image_of(report.threads[1].frames[1])->display_name(), "app");
  EXPECT_EQ(report.address_of(report.threads[1].frames[1])->value, 4294967360U);
  EXPECT_EQ(report.images.size(), 2U);
  EXPECT_GE(report.issues.size(), 2U);
}

}  // namespace
}  // namespace faultline

#include "analyzer/parse/report_sources.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

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

TEST(SanitizerTest, ADeadlySignalIsThatSignalWithItsAddress) {
  const auto report = parse_report(
      "AddressSanitizer:DEADLYSIGNAL\n=====\n"
      "==991==ERROR: AddressSanitizer: SEGV on unknown address 0x000000000018 (pc 0x55 bp 0x7f sp 0x7e T3)\n"
      "==991==The signal is caused by a WRITE memory access.\n==991==Hint: address points to the zero page.\n"
      "    #0 0x55d0c0a1 in Node::link(Node*) /w/node.cc:77:12\n"
      "    #1 0x18a0c50dc in start+0x9b0 (dyld:arm64e+0xfffffffffff450dc)\n"
      "    #2 0x55d0c200 in pthread_create <null> (/w/prog+0x3000) (BuildId: 01ab)\n");

  EXPECT_EQ(report.exception->signal, "SIGSEGV");
  EXPECT_EQ(report.exception->raw_codes, (std::vector<std::uint64_t>{1, 0x18}));
  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.threads[0].name, "The signal is caused by a WRITE memory access.");
  const auto& frames = report.threads[0].frames;
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].symbol, "start");
  EXPECT_EQ(frames[1].symbol_location, 0x9b0U);
  EXPECT_EQ(frames[1].image_name, "dyld");
  EXPECT_EQ(frames[2].symbol, "pthread_create");
  EXPECT_EQ(frames[2].image_name, "prog");
}

TEST(SwiftBacktraceTest, RegistersAndImagesAreTheCrashedThreads) {
  const auto report = parse_report(
      "a/main.swift:4: Fatal error: Index out of range\n\n"
      "*** Program crashed: System trap at 0x0000000100c14010 ***\n\nPlatform: arm64 macOS 14.5 (23F79)\n\n"
      "Thread 2 \"main\" crashed:\n\n0 [ra] [inlined] 0x0000000100c14010 f() in crash at /src/a.swift:3:15\n"
      "1 [system] 0x0000000100c14020 main + 16 in crash at //<compiler-generated>\n\n"
      "Registers:\n\nx0 0x0000000000000001  1\npc 0x0000000100c14010  cf 21\n\nImages (17 omitted):\n\n"
      "0x0000000100c14000\xe2\x80\x93"
      "0x0000000100c18000 dd73ed2e1d9b32fbb7e5a8b1f0d1ab1d crash /src/my crash\n");

  ASSERT_EQ(report.images.size(), 1U);
  EXPECT_EQ(report.images[0].uuid->text(), "dd73ed2e-1d9b-32fb-b7e5-a8b1f0d1ab1d");
  EXPECT_EQ(report.images[0].path, "/src/my crash");
  EXPECT_EQ(report.images[0].size_bytes, 0x4000U);
  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.crashed_thread_number(), 2U);
  const auto& thread = report.threads[0];
  ASSERT_EQ(thread.frames.size(), 2U);
  EXPECT_TRUE(thread.frames[0].inlined);
  EXPECT_EQ(thread.frames[1].image_offset.value, 0x20U);
  EXPECT_FALSE(thread.frames[1].source_file);
  ASSERT_TRUE(thread.state);
  EXPECT_EQ(thread.state->find("pc")->value, 0x100c14010U);
  EXPECT_EQ(thread.state->registers.size(), 2U);
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

/// A stack of that many frames, each nested in the one that it called.
std::string nested_frames(std::size_t count) {
  const std::string frame =
      R"({"binaryUUID":"4456DC21-E091-3F13-9B30-C76B9DDABEB1","offsetIntoBinaryTextSegment":32,"address":4294967328)";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "[" : R"(,"subFrames":[)") + frame;
  for (std::size_t i = 0; i < count; ++i) text += "}]";
  return text;
}

// DiagnosticReport of iOS 27 and macOS 27, as JSONEncoder writes it.
TEST(MetrickitTest, ReadsTheCodableForm) {
  const auto report = parse_report(
      R"json({"timeRange":{"start":800000000,"duration":0},
    "environment":{"bundleIdentifier":"org.example.kiln","applicationVersion":"3.1","pid":5120,
      "deviceType":"Mac16,5","osVersion":{"platform":"macOS","number":"27.0.1","buildNumber":"26A123"}},
    "result":{"crash":{"_0":{"exceptionType":1,"exceptionCode":1,"signal":11,
      "terminationReason":{"namespace":"SIGNAL","code":11},"terminationCategory":"badAccess",
      "callStackTree":{"callStackPerThread":true,
        "binaryInfo":["4456DC21-E091-3F13-9B30-C76B9DDABEB1",
                      {"name":"Kiln","uuid":"4456DC21-E091-3F13-9B30-C76B9DDABEB1"}],
        "callStackThreads":[{"threadAttributed":false,"rootFrames":[]},
                            {"threadAttributed":true,"rootFrames":)json" +
      nested_frames(2) + "}]}}}}}");

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_EQ(report.pid, 5120);
  EXPECT_EQ(report.os.train, "macOS 27.0.1");
  EXPECT_EQ(report.os.build, "26A123");
  EXPECT_EQ(report.header.timestamp, "2026-05-09 06:13:20.0000 +0000");
  EXPECT_EQ(report.termination->reasons, std::vector<std::string>{"namespace SIGNAL, code 11"});
  ASSERT_EQ(report.crashed_thread_index(), 1U);
  ASSERT_EQ(report.threads[1].frames.size(), 2U);
  ASSERT_EQ(report.images.size(), 1U);
  EXPECT_EQ(report.images[0].name, "Kiln");
  EXPECT_EQ(report.images[0].base.value, 4294967296U);
}

TEST(MetrickitTest, ReadsADiagnosticThatStandsAlone) {
  const auto report = parse_report(
      R"json({"version":"1.0.0","diagnosticMetaData":{"hangDuration":"20 sec","osVersion":"iPhone OS 17.0 (21A329)"},
      "callStackTree":{"callStackPerThread":true,"callStacks":[{"threadAttributed":true,"callStackRootFrames":)json" +
      nested_frames(1) + "}]}}");

  EXPECT_EQ(report.kind, ReportKind::hang);
  EXPECT_EQ(report.system_event->duration, "20 sec");
  EXPECT_EQ(report.threads[0].frames.size(), 1U);
}

TEST(MetrickitTest, AMeasurementKeepsItsUnit) {
  const auto report = parse_report(
      R"json({"timeRange":{"start":800000000.25,"duration":60},"result":{"diskWriteException":{"_0":{
      "totalBytesWritten":{"value":2147.5,"unit":{"symbol":"MB","converter":{"coefficient":1}}},
      "callStackTree":{"callStackThreads":[{"rootFrames":)json" +
      nested_frames(1) + "}]}}}}}");

  EXPECT_EQ(report.kind, ReportKind::resource);
  EXPECT_EQ(report.system_event->event, "disk writes");
  EXPECT_EQ(report.system_event->amount, "2147.5 MB");
}

TEST(MetrickitTest, ADeepStackIsReadToItsEnd) {
  const auto report = parse_report(
      R"json({"crashDiagnostics":[{"diagnosticMetaData":{"exceptionType":1,"signal":11},"callStackTree":{"callStacks":[
      {"threadAttributed":true,"callStackRootFrames":)json" +
      nested_frames(512) + "}]}}]}");

  ASSERT_EQ(report.threads.size(), 1U);
  EXPECT_EQ(report.threads[0].frames.size(), 512U);
}

TEST(MetrickitTest, OfABranchTheFirstIsTakenAndTheRestIsCounted) {
  const auto report = parse_report(
      R"json({"hangDiagnostics":[{"diagnosticMetaData":{"hangDuration":"2 sec"},"callStackTree":{"callStacks":[
      {"callStackRootFrames":[{"address":1,"subFrames":[{"address":2},{"address":3,"subFrames":[{"address":4}]}],
        "binaryName":"a"}]}]}}]})json");

  ASSERT_EQ(report.threads.size(), 1U);
  ASSERT_EQ(report.threads[0].frames.size(), 2U);
  EXPECT_EQ(report.threads[0].frames[0].image_name, "a");
  EXPECT_EQ(report.threads[0].frames[1].address->value, 2U);
  EXPECT_EQ(report.issues.front().message,
            "1 branches of sampled stacks are passed over: each time the first is read");
}

}  // namespace
}  // namespace faultline

// What a well-formed .ips says, and what odd fields do to it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "analyzer/parse/parse_report.h"
#include "core/ips/ips_writer.h"
#include "tests/support/ips_builder.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

auto issue_at(const std::string& pointer) { return Contains(Field(&Issue::path, pointer)); }

TEST(IpsParserTest, AReportInTheUsualLayoutIsReadWithoutAnyIssue) {
  const auto report = parse_report(IpsBuilder().text());

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.origin, ReportOrigin::imported);
  EXPECT_THAT(report.issues, IsEmpty());
  EXPECT_EQ(report.incident, std::string(IpsBuilder::kIncident));
  EXPECT_EQ(report.header.bug_type, "309");
  EXPECT_EQ(report.process_name, "model");
  EXPECT_EQ(report.process_path, "/Users/USER/*/model");
  EXPECT_EQ(report.pid, 4242);
  EXPECT_EQ(report.parent_name, "zsh");
  EXPECT_EQ(report.os.train, "macOS 15.7.3");
  EXPECT_EQ(report.os.build, "24G419");
  EXPECT_EQ(report.translated, false);
  EXPECT_EQ(report.start_ticks, 8344400000000U);
  EXPECT_EQ(report.boot_session, "55555555-6666-7777-8888-999999999999");
  EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  EXPECT_THAT(report.exception->raw_codes, ElementsAre(1, 0x5c8));
  EXPECT_EQ(report.termination->code, 11U);
  EXPECT_EQ(report.images.size(), 3U);
  EXPECT_EQ(report.shared_cache->size_bytes, 5000000000U);
}

TEST(IpsParserTest, TheCrashedThreadHasItsFramesQueueAndRegisters) {
  const auto report = parse_report(IpsBuilder().text());

  ASSERT_EQ(report.crashed_thread_index(), 1U);
  const auto& thread = report.threads[1];
  EXPECT_EQ(thread.queue, "metal gpu stream 1");
  ASSERT_EQ(thread.frames.size(), 2U);
  EXPECT_EQ(thread.frames[0].symbol, "-[AGXG16XFamilyComputeContext setComputePipelineState:]");
  EXPECT_EQ(thread.frames[0].symbol_location, 32U);
  EXPECT_EQ(report.image_of(thread.frames[0])->name, "AGXMetalG16X");
  EXPECT_EQ(report.address_of(thread.frames[0])->value, 0x104000f00U);
  ASSERT_TRUE(thread.state);
  EXPECT_EQ(thread.state->registers.size(), 36U);
  EXPECT_EQ(thread.state->registers[0].name, "x0");
  EXPECT_EQ(thread.state->find("far")->value, 0x5c8U);
  EXPECT_EQ(thread.state->find("esr")->description, "(Data Abort) byte read Translation fault");
  EXPECT_TRUE(thread.state->find("pc")->matches_crash_frame);
}

TEST(IpsParserTest, UnsignedNumbersOf64BitsAreExact) {
  Arm64State state;
  state.x = {{20, 18446744073709551569ULL}, {21, 9007199254740993ULL}};
  IpsThread thread;
  thread.triggered = true;
  thread.state = state.json();
  thread.frames = {ips_frame(0, 16, "f", 72057594037927937ULL)};
  const auto report =
      parse_report(IpsBuilder()
                       .clear_threads()
                       .thread(thread)
                       .body("faultingThread", "0")
                       .body("termination", R"({"code":2305845208237028115,"namespace":"GUARD","flags":2})")
                       .text());

  EXPECT_EQ(report.threads[0].state->find("x20")->value, 18446744073709551569ULL);
  EXPECT_EQ(report.threads[0].state->find("x21")->value, 9007199254740993ULL);
  EXPECT_EQ(report.threads[0].frames[0].symbol_location, 72057594037927937ULL);
  EXPECT_EQ(report.termination->code, 2305845208237028115ULL);
  EXPECT_THAT(report.issues, IsEmpty());
}

TEST(IpsParserTest, BothSpellingsOfTheRegionInfoAreOneField) {
  const auto upper = parse_report(IpsBuilder().body("vmRegionInfo", "\"0x5c8 is not\"").text());
  const auto lower = parse_report(IpsBuilder().body("vmregioninfo", "\"0x5c8 is not\"").text());
  const auto both = parse_report(
      IpsBuilder().body("vmRegionInfo", "\"0x5c8 is not\"").body("vmregioninfo", "\"0x5c8 is not\"").text());

  EXPECT_EQ(upper.vm_region_info, "0x5c8 is not");
  EXPECT_EQ(lower.vm_region_info, "0x5c8 is not");
  EXPECT_EQ(both.vm_region_info, "0x5c8 is not");
}

TEST(IpsParserTest, WhatWentWrongIsReadInFull) {
  const auto report = parse_report(
      IpsBuilder()
          .body("asi", R"({"libsystem_c.dylib":["abort() called"],"Metal":["a","b"]})")
          .body("asiBacktraces", R"(["0   A  0x1 f + 2\n"])")
          .body(
              "exceptionReason",
              R"({"composed_message":"no such key","format_string":"%@","arguments":["k"],"type":"objc-exception","class":"NSException","name":"NSRangeException"})")
          .body("lastExceptionBacktrace", "[" + ips_frame(0, 32, "thrower", 4) + "]")
          .body("ktriageinfo", R"("VM - (arg = 0x0) x\n")")
          .body("instructionByteStream", R"({"beforePC":"AQID","atPC":"\/w=="})")
          .body(
              "extMods",
              R"({"caller":{"thread_create":1,"thread_set_state":2,"task_for_pid":3},"system":{"thread_create":0,"thread_set_state":0,"task_for_pid":9},"targeted":{"thread_create":4,"thread_set_state":5,"task_for_pid":6},"warnings":1})")
          .body("reportNotes", R"(["PC register does not match"])")
          .body("workQueueLimits", R"({"cooperative":64})")
          .body("fatalDyldError", "4")
          .body("lowPowerMode", "1")
          .text());

  EXPECT_THAT(report.issues, IsEmpty());
  ASSERT_EQ(report.app_specific_info.size(), 2U);
  EXPECT_EQ(report.app_specific_info[1].image, "Metal");
  EXPECT_THAT(report.app_specific_info[1].lines, ElementsAre("a", "b"));
  EXPECT_THAT(report.app_specific_backtraces, ElementsAre("0   A  0x1 f + 2\n"));
  EXPECT_EQ(report.exception_reason->exception_class, "NSException");
  EXPECT_EQ(report.last_exception_backtrace[0].symbol, "thrower");
  EXPECT_EQ(report.kernel_triage, "VM - (arg = 0x0) x\n");
  EXPECT_THAT(report.instruction_bytes->before_pc, ElementsAre(1, 2, 3));
  EXPECT_THAT(report.instruction_bytes->at_pc, ElementsAre(255));
  EXPECT_EQ(report.external_modifications->targeted.thread_set_state, 5U);
  EXPECT_EQ(report.external_modifications->warnings, 1U);
  EXPECT_THAT(report.report_notes, ElementsAre("PC register does not match"));
  EXPECT_THAT(report.work_queue_limits, ElementsAre(Pair("cooperative", 64)));
  EXPECT_EQ(report.fatal_dyld_error, "4");
  EXPECT_EQ(report.low_power_mode, true);
}

TEST(IpsParserTest, KeysThatNobodyKnowsAreKeptVerbatim) {
  const auto report = parse_report(
      IpsBuilder().body("throttleTimeout", "2147483647").body("novelty", R"({"a" : [1, "x"]})").text());

  EXPECT_THAT(report.extras, Contains(Pair("throttleTimeout", "2147483647")));
  EXPECT_THAT(report.extras, Contains(Pair("novelty", R"({"a":[1,"x"]})")));
  EXPECT_THAT(report.issues, IsEmpty());
}

TEST(IpsParserTest, GuardExceptionsKeepTheirFacts) {
  const auto report = parse_report(
      IpsBuilder()
          .body(
              "exception",
              R"({"port":78611,"signal":"SIGKILL","guardId":0,"codes":"0x0000000000013313, 0x0000000000000000","violations":["INVALID_NAME"],"message":" INVALID_NAME","subtype":"GUARD_TYPE_MACH_PORT","type":"EXC_GUARD","rawCodes":[78611,0]})")
          .text());

  EXPECT_THAT(report.exception->violations, ElementsAre("INVALID_NAME"));
  EXPECT_THAT(report.exception->guard_facts, Contains(Pair("port", "78611")));
  EXPECT_EQ(report.exception->subtype, "GUARD_TYPE_MACH_PORT");
}

TEST(IpsParserTest, InlinedFramesShareTheAddressOfThePhysicalOne) {
  IpsThread thread;
  thread.triggered = true;
  thread.frames = {
      R"({"imageOffset":64,"symbol":"inner","inline":true,"sourceFile":"a.h","sourceLine":7,"imageIndex":0,"symbolLocation":0})",
      ips_frame(0, 64, "outer", 12)};
  const auto report =
      parse_report(IpsBuilder().clear_threads().thread(thread).body("faultingThread", "0").text());

  const auto& frames = report.threads[0].frames;
  EXPECT_TRUE(frames[0].inlined);
  EXPECT_EQ(frames[0].source_line, 7U);
  EXPECT_FALSE(frames[1].inlined);
  EXPECT_EQ(report.address_of(frames[0]), report.address_of(frames[1]));
  EXPECT_EQ(std::count_if(frames.begin(), frames.end(), [](const Frame& frame) { return !frame.inlined; }),
            1);
}

TEST(IpsParserTest, RosettaRegistersAndRegionsAreRead) {
  IpsThread thread;
  thread.triggered = true;
  thread.frames = {R"({"imageOffset":1,"region":"Rosetta Runtime Routines","imageIndex":0})"};
  thread.state =
      R"({"flavor":"x86_THREAD_STATE","rbp":{"value":2},"rax":{"value":1},"rosetta":{"tmp1":{"value":8},"tmp0":{"value":7},"tmp2":{"value":9}}})";
  const auto report = parse_report(IpsBuilder()
                                       .body("translated", "true")
                                       .clear_threads()
                                       .thread(thread)
                                       .body("faultingThread", "0")
                                       .text());

  EXPECT_EQ(report.translated, true);
  EXPECT_EQ(report.threads[0].frames[0].region, "Rosetta Runtime Routines");
  const auto& state = *report.threads[0].state;
  EXPECT_TRUE(state.rosetta);
  std::vector<std::string> names;
  for (const auto& reg : state.registers) names.push_back(reg.name);
  EXPECT_THAT(names, ElementsAre("rax", "rbp", "tmp0", "tmp1", "tmp2"));
}

TEST(IpsParserTest, ElidedRecursionKeepsItsTrueDepth) {
  const auto report = parse_report(
      IpsBuilder()
          .body(
              "threads",
              R"([{"triggered":true,"id":1,"originalLength":52000,"recursionInfoArray":[{"hottestElided":8,"coldestElided":51900,"depth":51893,"keyFrame":{"imageIndex":0,"imageOffset":16,"symbol":"f"}}],"frames":[]}])")
          .text());

  EXPECT_EQ(report.threads[0].original_length, 52000U);
  ASSERT_EQ(report.threads[0].recursion.size(), 1U);
  EXPECT_EQ(report.threads[0].recursion[0].depth, 51893U);
  EXPECT_EQ(report.threads[0].recursion[0].key_frame->symbol, "f");
}

TEST(IpsParserTest, SchemaVersionOneIsConverted) {
  const auto report = parse_report(
      IpsBuilder()
          .body("version", "1")
          .body(
              "threads",
              R"([{"triggered":true,"id":7,"frames":[[0,4096,{"symbol":"main","symbolLocation":12}],[1,32]]}])")
          .body(
              "usedImages",
              R"([["11111111-1111-3111-8111-111111111111",4294967296,"P"],["22222222-2222-3222-8222-222222222222",6442450944,"P"]])")
          .body(
              "legacyInfo",
              R"({"imageExtraInfo":[{"name":"model","path":"/bin/model","size":32768,"arch":"arm64"},{"name":"libc","size":4096}]})")
          .body("threadState",
                R"({"flavor":"ARM_THREAD_STATE64","x":[{"value":5}],"pc":{"value":4294971392}})")
          .body("faultingThread", "0")
          .text());

  EXPECT_EQ(report.schema_version, 1);
  const auto& frame = report.threads[0].frames[0];
  EXPECT_EQ(frame.symbol, "main");
  EXPECT_EQ(report.address_of(frame)->value, 4294967296U + 4096U);
  EXPECT_EQ(report.images[0].name, "model");
  EXPECT_EQ(report.images[0].size_bytes, 32768U);
  EXPECT_EQ(report.images[0].uuid->text(), "11111111-1111-3111-8111-111111111111");
  EXPECT_EQ(report.images[1].base.value, 6442450944U);
  ASSERT_TRUE(report.threads[0].state);
  EXPECT_EQ(report.threads[0].state->find("pc")->value, 4294971392U);
}

TEST(IpsParserTest, TheMarkOnAThreadWinsOverTheIndexAndTheConflictIsNamed) {
  const auto report = parse_report(IpsBuilder().body("faultingThread", "0").text());

  EXPECT_EQ(report.crashed_thread_index(), 1U);
  EXPECT_THAT(report.issues, issue_at("/faultingThread"));
}

TEST(IpsParserTest, ReportsThatAreNoDeathsAreNotCrashes) {
  EXPECT_EQ(parse_report(IpsBuilder().header("is_simulated", "1").text()).kind, ReportKind::non_fatal);
  EXPECT_EQ(parse_report(IpsBuilder().body("isSimulated", "1").text()).kind, ReportKind::non_fatal);
  EXPECT_EQ(parse_report(IpsBuilder().body("isNonFatal", "true").text()).kind, ReportKind::non_fatal);
  EXPECT_EQ(parse_report(IpsBuilder().header("bug_type", "\"308\"").text()).kind, ReportKind::non_fatal);
  EXPECT_EQ(parse_report(IpsBuilder().header("bug_type", "\"385\"").text()).kind, ReportKind::non_fatal);
}

TEST(IpsParserTest, ABugTypeMayBeANumber) {
  const auto report = parse_report(IpsBuilder().header("bug_type", "309").text());

  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.header.bug_type, "309");
  EXPECT_THAT(report.issues, IsEmpty());
}

// One odd field each; none may fail the document, and each must be named where it stands.
struct OddField {
  const char* name;
  const char* key;
  const char* json;
  const char* pointer;
};

class OddFieldTest : public testing::TestWithParam<OddField> {};

TEST_P(OddFieldTest, BecomesAnIssueAndTheReportIsReadAllTheSame) {
  const auto& odd = GetParam();
  const auto report = parse_report(IpsBuilder().body(odd.key, odd.json).text());

  EXPECT_THAT(report.issues, issue_at(odd.pointer));
  EXPECT_EQ(report.kind, ReportKind::crash);
  EXPECT_EQ(report.incident, std::string(IpsBuilder::kIncident));
  if (std::string(odd.key) != "exception") {
    EXPECT_EQ(report.exception->type, "EXC_BAD_ACCESS");
  }
  if (std::string(odd.key) != "usedImages") {
    EXPECT_EQ(report.images.size(), 3U);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Fields, OddFieldTest,
    testing::Values(
        OddField{"PidAsText", "pid", "\"4242\"", "/pid"}, OddField{"PidAsHexText", "pid", "\"0x10\"", "/pid"},
        OddField{"NegativeTicks", "procStartAbsTime", "-1", "/procStartAbsTime"},
        OddField{"NameAsNumber", "procName", "12", "/procName"},
        OddField{"NameAsArray", "procName", "[]", "/procName"},
        OddField{"ExceptionAsText", "exception", "\"EXC_BAD_ACCESS\"", "/exception"},
        OddField{"CodesAsText", "exception", R"({"type":"EXC_BAD_ACCESS","rawCodes":"1, 2"})",
                 "/exception/rawCodes"},
        OddField{"HexCode", "exception", R"({"type":"EXC_BAD_ACCESS","rawCodes":["0x1",2]})",
                 "/exception/rawCodes/0"},
        OddField{"ThreadsAsObject", "threads", "{}", "/threads"},
        OddField{"ThreadAsNumber", "threads", "[7]", "/threads/0"},
        OddField{"FrameOffsetAsHex", "threads",
                 R"([{"triggered":true,"frames":[{"imageOffset":"0x20","imageIndex":0}]}])",
                 "/threads/0/frames/0/imageOffset"},
        OddField{
            "SymbolLocationAsText", "threads",
            R"([{"triggered":true,"frames":[{"imageOffset":1,"imageIndex":0,"symbol":"f","symbolLocation":"?"}]}])",
            "/threads/0/frames/0/symbolLocation"},
        OddField{"UnknownImage", "threads",
                 R"([{"triggered":true,"frames":[{"imageOffset":1,"imageIndex":99}]}])",
                 "/threads/0/frames/0/imageIndex"},
        OddField{"FewRegisters", "threads",
                 R"([{"triggered":true,"frames":[],"threadState":{"x":[{"value":1}]}}])",
                 "/threads/0/threadState/x"},
        OddField{"LongFrameTuple", "threads", R"([{"triggered":true,"frames":[[0,"0x10",{},9]]}])",
                 "/threads/0/frames/0/1"},
        OddField{"NoUuid", "usedImages", R"([{"base":1,"size":2,"uuid":"@UUID@","source":"?"}])",
                 "/usedImages/0/uuid"},
        OddField{"AsiAsArray", "asi", R"(["x"])", "/asi"},
        OddField{"AsiLineAsText", "asi", R"({"libc":"abort() called"})", "/asi/libc"},
        OddField{"TerminationAsNumber", "termination", "11", "/termination"},
        OddField{"InstructionBytes", "instructionByteStream", R"({"beforePC":"no base64!"})",
                 "/instructionByteStream/beforePC"},
        OddField{"FractionalUptime", "uptime", "1.5", "/uptime"},
        OddField{"SlashInKey", "asi", R"({"a/b~c":7})", "/asi/a~1b~0c"}),
    [](const auto& tested) { return tested.param.name; });

TEST(IpsParserTest, NullsAndMissingKeysAreNoIssues) {
  const auto report =
      parse_report(IpsBuilder().body("pid", "null").without("termination").without("translated").text());

  EXPECT_EQ(report.pid, std::nullopt);
  EXPECT_EQ(report.termination, std::nullopt);
  EXPECT_EQ(report.translated, std::nullopt);
  EXPECT_THAT(report.issues, IsEmpty());
}

TEST(IpsParserTest, AnOddTimeIsKeptAsItIs) {
  const auto report = parse_report(IpsBuilder().body("captureTime", "\"yesterday\"").text());

  EXPECT_EQ(report.capture_time, "yesterday");
  EXPECT_EQ(report.kind, ReportKind::crash);
}

TEST(IpsParserTest, AThousandIssuesAreCountedNotKept) {
  std::string frames;
  for (int i = 0; i < 1000; ++i)
    frames += std::string(i == 0 ? "" : ",") + R"({"imageOffset":"x","imageIndex":0})";
  const auto report = parse_report(IpsBuilder().body("threads", R"([{"frames":[)" + frames + "]}]").text());

  EXPECT_EQ(report.threads[0].frames.size(), 1000U);
  EXPECT_LE(report.issues.size(), 201U);
  EXPECT_THAT(report.issues.back().message, HasSubstr("more issues were left out"));
}

TEST(IpsParserTest, OtherBugTypesAreNamedAndKeepTheirHeader) {
  struct Case {
    const char* bug_type;
    ReportKind kind;
  };
  for (const auto& [bug_type, kind] :
       {Case{"298", ReportKind::jetsam}, Case{"288", ReportKind::stackshot}, Case{"210", ReportKind::panic},
        Case{"284", ReportKind::gpu_event}, Case{"145", ReportKind::resource},
        Case{"151", ReportKind::forced_reset}, Case{"310", ReportKind::hang}, Case{"211", ReportKind::other},
        Case{"99999", ReportKind::other}}) {
    SCOPED_TRACE(bug_type);
    const auto report =
        parse_report("{\"bug_type\":\"" + std::string(bug_type) +
                     "\",\"timestamp\":\"2025-01-01 00:00:00.00 +0000\",\"os_version\":\"macOS 15.1 "
                     "(24B83)\",\"incident_id\":\"79BC4A1F-0000-4000-8000-000000000009\"}\n"
                     "{\n  \"exception\" : {\"type\":\"EXC_CRASH\"},\n  \"threads\" : []\n}\n");
    EXPECT_EQ(report.kind, kind);
    EXPECT_EQ(report.incident, "79BC4A1F-0000-4000-8000-000000000009");
    EXPECT_EQ(report.os.build, "24B83");
  }
}

TEST(IpsParserTest, AGpuEventGivesProcessTimeAndReason) {
  const auto report = parse_report(
      R"json({"bug_type":"284","timestamp":"2026-01-09 12:29:40.00 -0800","os_version":"macOS 26.1 (25B78)","incident_id":"79BC4A1F-0000-4000-8000-00000000000A"})json"
      "\n"
      R"({"process_name":"python3.14","timestamp":1767990580,"analysis":{"guilty_dm":3,"signature":579,"restart_reason":4,"restart_reason_desc":"firmware-detected lockup"}})"
      "\n");

  EXPECT_EQ(report.kind, ReportKind::gpu_event);
  ASSERT_TRUE(report.system_event);
  EXPECT_EQ(report.system_event->process, "python3.14");
  EXPECT_EQ(report.system_event->time_seconds, 1767990580);
  EXPECT_EQ(report.system_event->restart_reason, "firmware-detected lockup");
}

TEST(IpsParserTest, APanicGivesItsTaskAndTheExtensionsInItsBacktrace) {
  const auto report = parse_report(
      R"json({"bug_type":"210","timestamp":"2026-01-09 12:29:40.00 -0800","os_version":"macOS 26.1 (25B78)","incident_id":"79BC4A1F-0000-4000-8000-00000000000B"})json"
      "\n"
      R"({"product":"Mac16,5","panicString":"panic(cpu 3 caller 0xfffffe001f5bd638): GPU hung\nOS version: 25B78\nPanicked task 0xfffffe2508e09660: 0 pages, 5 threads: pid 812: python3.14\n      Kernel Extensions in backtrace:\n         com.apple.AGXG16G(345.20.4)[UUID]@0xfffffe001f587990->0xfffffe001f5c244f\n            dependency: com.apple.iokit.IOGPUFamily(130.15.2)[UUID]@0x1->0x2\n         com.apple.iokit.IOGPUFamily(130.15.2)[UUID]@0x1->0x2\n\nlast started kext"})"
      "\n");

  EXPECT_EQ(report.kind, ReportKind::panic);
  EXPECT_EQ(report.model, "Mac16,5");
  ASSERT_TRUE(report.system_event);
  EXPECT_EQ(report.system_event->panic_string, "panic(cpu 3 caller 0xfffffe001f5bd638): GPU hung");
  EXPECT_EQ(report.system_event->panicked_task, "python3.14");
  EXPECT_EQ(report.system_event->panicked_pid, 812);
  EXPECT_THAT(report.system_event->kexts, ElementsAre(Pair("com.apple.AGXG16G", "345.20.4"),
                                                      Pair("com.apple.iokit.IOGPUFamily", "130.15.2")));
}

TEST(IpsParserTest, WhatTheWriterWritesIsReadBackEqual) {
  auto report =
      parse_report(IpsBuilder()
                       .body("asi", R"({"libsystem_c.dylib":["abort() called"]})")
                       .body("instructionByteStream", R"({"beforePC":"AQID","atPC":"BAUG"})")
                       .body("lastExceptionBacktrace", "[" + ips_frame(0, 32, "thrower", 4) + "]")
                       .body("vmRegionInfo", "\"0x5c8 is not in any region.\"")
                       .body("reportNotes", R"(["a note"])")
                       .body("storeInfo", R"({"deviceIdentifierForVendor":"X","applicationVariant":"1:Mac"})")
                       .text());
  report.threads[0].at_own_fault = true;
  report.images[0].build_id = "0123456789abcdef0123456789abcdef01234567";

  const auto again = parse_report(write_ips(report));

  EXPECT_EQ(again.threads, report.threads);
  EXPECT_EQ(again.images, report.images);
  EXPECT_EQ(again.header, report.header);
  EXPECT_EQ(again.extras, report.extras);
  EXPECT_TRUE(again == report);
}

TEST(IpsParserTest, ACrashThatLostItsBugTypeIsReadBackFromWhatTheWriterWrites) {
  const auto report =
      parse_report(IpsBuilder().without("bug_type").without("incident_id").without("incident").text());
  ASSERT_EQ(report.kind, ReportKind::crash);
  ASSERT_EQ(report.header.bug_type, std::nullopt);

  const auto again = parse_report(write_ips(report));

  EXPECT_EQ(again.kind, ReportKind::crash);
  EXPECT_EQ(again.header.bug_type, "309");
  EXPECT_EQ(again.threads, report.threads);
  EXPECT_EQ(again.images, report.images);
}

}  // namespace
}  // namespace faultline

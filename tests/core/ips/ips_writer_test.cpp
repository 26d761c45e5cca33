#include "core/ips/ips_writer.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <set>

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Register make_register(const std::string& name, std::uint64_t value) {
  Register reg;
  reg.name = name;
  reg.value = value;
  return reg;
}

Frame make_frame(std::size_t image, std::uint64_t offset) {
  Frame frame;
  frame.image_index = image;
  frame.image_offset = {offset};
  return frame;
}

/// A small crash with one of most things.
CrashReport small_report() {
  CrashReport report;
  report.header.app_name = "agx_sim";
  report.header.timestamp = "2026-01-09 12:29:37.00 +0100";
  report.header.bug_type = "309";
  report.header.os_version = "Linux 6.1 (6.1.0-18-amd64)";
  report.header.name = "agx_sim";
  report.incident = "79BC4A1F-0B5C-4F4E-8A53-0D2E9C6F1A11";
  report.schema_version = 2;
  report.process_name = "agx_sim";
  report.process_path = "/opt/agx_sim";
  report.pid = 81920;
  report.cpu_type = "X86-64";
  report.os.train = "Linux 6.1";
  report.os.build = "6.1.0-18-amd64";
  report.capture_time = "2026-01-09 12:29:37.9000 +0100";
  report.start_ticks = UINT64_MAX;
  report.exception.emplace();
  report.exception->type = "EXC_BAD_ACCESS";
  report.exception->signal = "SIGSEGV";
  report.exception->codes = "0x0000000000000001, 0x00000000000005c8";
  report.exception->raw_codes = {1, 1480};
  report.exception->subtype = "KERN_INVALID_ADDRESS at 0x00000000000005c8";
  report.termination.emplace();
  report.termination->flags = 0;
  report.termination->code = 11;
  report.termination->name_space = "SIGNAL";
  report.termination->indicator = "Segmentation fault: 11";
  report.app_specific_info.push_back({"libc.so.6", {"first \"line\"", "second"}});
  report.instruction_bytes = InstructionBytes{{0x90}, {0x48, 0x8b}};
  report.faulting_thread = 0;
  Thread thread;
  thread.id = 81921;
  thread.triggered = true;
  thread.name = "worker";
  thread.frames = {make_frame(0, 4660), make_frame(1, 0xffffffffffffffff)};
  thread.frames[0].symbol = "-[Context use:]";
  thread.frames[0].symbol_location = 32;
  thread.state.emplace();
  thread.state->flavor = "x86_THREAD_STATE";
  thread.state->registers = {make_register("rax", 18446744073709551569ULL), make_register("rip", 4660)};
  thread.state->registers[1].matches_crash_frame = true;
  report.threads.push_back(thread);
  Image image;
  image.source = "P";
  image.arch = "x86_64";
  image.base = {4194304};
  image.size_bytes = 8192;
  image.uuid = Uuid::parse("0ce453ff-0000-4000-8000-000000000001");
  image.build_id = "0ce453ff0000400080000000000000010badc0de";
  image.path = "/opt/agx_sim";
  image.name = "agx_sim";
  report.images.push_back(image);
  Image absolute;
  absolute.source = "A";
  report.images.push_back(absolute);
  return report;
}

TEST(IpsWriterTest, LayoutIsThatOfMacos) {
  const std::string expected =
      R"ips({"app_name":"agx_sim","timestamp":"2026-01-09 12:29:37.00 +0100","bug_type":"309","os_version":"Linux 6.1 (6.1.0-18-amd64)","roots_installed":0,"name":"agx_sim","incident_id":"79BC4A1F-0B5C-4F4E-8A53-0D2E9C6F1A11"}
{
  "version" : 2,
  "osVersion" : {
    "train" : "Linux 6.1",
    "build" : "6.1.0-18-amd64"
  },
  "captureTime" : "2026-01-09 12:29:37.9000 +0100",
  "incident" : "79BC4A1F-0B5C-4F4E-8A53-0D2E9C6F1A11",
  "pid" : 81920,
  "cpuType" : "X86-64",
  "procStartAbsTime" : 18446744073709551615,
  "procName" : "agx_sim",
  "procPath" : "/opt/agx_sim",
  "instructionByteStream" : {"beforePC":"kA==","atPC":"SIs="},
  "exception" : {"codes":"0x0000000000000001, 0x00000000000005c8","rawCodes":[1,1480],"type":"EXC_BAD_ACCESS","signal":"SIGSEGV","subtype":"KERN_INVALID_ADDRESS at 0x00000000000005c8"},
  "termination" : {"flags":0,"code":11,"namespace":"SIGNAL","indicator":"Segmentation fault: 11"},
  "asi" : {"libc.so.6":["first \"line\"","second"]},
  "faultingThread" : 0,
  "threads" : [{"triggered":true,"id":81921,"threadState":{"flavor":"x86_THREAD_STATE","rax":{"value":18446744073709551569},"rip":{"value":4660,"matchesCrashFrame":1}},"name":"worker","frames":[{"imageOffset":4660,"symbol":"-[Context use:]","symbolLocation":32,"imageIndex":0},{"imageOffset":18446744073709551615,"imageIndex":1}]}],
  "usedImages" : [
  {
    "source" : "P",
    "arch" : "x86_64",
    "base" : 4194304,
    "size" : 8192,
    "uuid" : "0ce453ff-0000-4000-8000-000000000001",
    "buildId" : "0ce453ff0000400080000000000000010badc0de",
    "path" : "/opt/agx_sim",
    "name" : "agx_sim"
  },
  {
    "size" : 0,
    "source" : "A",
    "base" : 0,
    "uuid" : "00000000-0000-0000-0000-000000000000"
  }
],
  "bug_type" : "309",
  "roots_installed" : 0
}
)ips";
  EXPECT_EQ(write_ips(small_report()), expected);
}

/// The body of a report, as JSON.
nlohmann::json body_of(const CrashReport& report) {
  const auto text = write_ips(report);
  return nlohmann::json::parse(text.substr(text.find('\n') + 1));
}

TEST(IpsWriterTest, EmptyReportIsStillTwoDocuments) {
  const auto text = write_ips(CrashReport());

  EXPECT_THAT(text, StartsWith("{\"bug_type\":\"309\",\"roots_installed\":0}\n{\n"));
  EXPECT_EQ(body_of(CrashReport()).size(), 2U);
}

TEST(IpsWriterTest, OnlyACrashGetsTheBugTypeThatItsReportHadLost) {
  CrashReport report;
  report.kind = ReportKind::hang;

  EXPECT_THAT(write_ips(report), StartsWith("{\"roots_installed\":0}\n{\n"));
}

TEST(IpsWriterTest, Arm64RegistersStandInAnArrayAndTheRestByName) {
  CrashReport report = small_report();
  auto& state = *report.threads[0].state;
  state.flavor = "ARM_THREAD_STATE64";
  state.registers.clear();
  for (std::uint64_t i = 0; i < 29; ++i) state.registers.push_back(make_register("x" + std::to_string(i), i));
  for (const auto* name : {"fp", "lr", "sp", "pc", "cpsr", "far"})
    state.registers.push_back(make_register(name, 7));
  state.registers.back().description = "text";

  const auto written = body_of(report)["threads"][0]["threadState"];

  ASSERT_EQ(written["x"].size(), 29U);
  EXPECT_EQ(written["x"][28]["value"], 28);
  EXPECT_EQ(written["far"]["description"], "text");
  EXPECT_FALSE(written.contains("x0"));
  EXPECT_FALSE(written.contains("esr"));
}

TEST(IpsWriterTest, RosettaRegistersHaveAnObjectOfTheirOwn) {
  CrashReport report = small_report();
  report.threads[0].state->rosetta = true;
  report.threads[0].state->registers.push_back(make_register("tmp0", 5));

  const auto written = body_of(report)["threads"][0]["threadState"];

  EXPECT_EQ(written["rosetta"]["tmp0"]["value"], 5);
  EXPECT_FALSE(written.contains("tmp0"));
}

TEST(IpsWriterTest, BytesThatAreNoTextBecomeReplacementCharacters) {
  CrashReport report = small_report();
  report.threads[0].name = "bad \xff name";

  EXPECT_THAT(write_ips(report), HasSubstr("bad \xef\xbf\xbd name"));
}

TEST(IpsWriterTest, FrameThatHasOnlyAnAddressGoesIntoTheAbsoluteImage) {
  CrashReport report = small_report();
  report.images.pop_back();
  Frame frame;
  frame.address = RuntimeAddress{0x1234};
  report.threads[0].frames = {frame};

  const auto body = body_of(report);

  const auto& written = body["threads"][0]["frames"][0];
  EXPECT_EQ(written["imageOffset"], 0x1234);
  EXPECT_EQ(body["usedImages"][written["imageIndex"].get<std::size_t>()]["source"], "A");
}

TEST(IpsWriterTest, Base64HasTheRightPadding) {
  CrashReport report;
  report.instruction_bytes = InstructionBytes{{'M', 'a', 'n'}, {}};
  EXPECT_EQ(body_of(report)["instructionByteStream"]["beforePC"], "TWFu");
  EXPECT_EQ(body_of(report)["instructionByteStream"]["atPC"], "");
  report.instruction_bytes = InstructionBytes{{'M', 'a'}, {'M'}};
  EXPECT_EQ(body_of(report)["instructionByteStream"]["beforePC"], "TWE=");
  EXPECT_EQ(body_of(report)["instructionByteStream"]["atPC"], "TQ==");
}

TEST(IpsWriterTest, ExtrasKeepTheirFormAndReplaceNothing) {
  CrashReport report = small_report();
  report.extras = {
      {"hangKind", "stuck"}, {"trialInfo", R"({"rollouts":[]})"}, {"text", "{not json"}, {"pid", "1"}};

  const auto body = body_of(report);

  EXPECT_EQ(body["hangKind"], "stuck");
  EXPECT_TRUE(body["trialInfo"]["rollouts"].is_array());
  EXPECT_EQ(body["text"], "{not json");
  EXPECT_EQ(body["pid"], 81920);
}

/// Sets every optional member, so that a member without a key shows.
CrashReport full_report() {
  CrashReport r = small_report();
  r.header.bundle_id = "org.example";
  r.header.app_version = "1";
  r.header.build_version = "2";
  r.header.slice_uuid = "0ce453ff-0000-4000-8000-000000000001";
  r.header.platform = 1;
  r.header.is_simulated = true;
  r.parent_name = "zsh";
  r.parent_pid = 1;
  r.responsible_name = "Terminal";
  r.responsible_pid = 2;
  r.coalition_name = "c";
  r.coalition_id = 3;
  r.user_id = 501;
  r.process_role = "Background";
  r.translated = false;
  r.bundle_info = BundleInfo{"a", "b", "c", "d"};
  r.build_info = BuildInfo{"a", "b", "c", "d"};
  r.app_variant = "v";
  r.device_identifier_for_vendor = "d";
  r.is_beta = true;
  r.code_signing_id = "i";
  r.code_signing_team_id = "";
  r.code_signing_flags = 5;
  r.model = "Mac16,5";
  r.os.release_type = "User";
  r.os.is_embedded = true;
  r.bridge_os_train = "t";
  r.bridge_os_build = "b";
  r.baseband_version = "1";
  r.launch_time = "2026-01-09 12:29:37.0000 +0100";
  r.exit_ticks = 1;
  r.uptime_seconds = 2;
  r.wake_seconds = 3;
  r.boot_session = "b";
  r.sleep_wake_uuid = "s";
  r.crash_reporter_key = "k";
  r.system_id = "s";
  r.code_name = "n";
  r.sip = "enabled";
  r.low_power_mode = true;
  r.exception->message = "m";
  r.exception->violations = {"v"};
  r.exception->guard_facts = {{"guardId", "7"}};
  r.termination->by_process = "exc handler";
  r.termination->by_pid = 1;
  r.termination->reasons = {"r"};
  r.termination->details = {"d"};
  r.exception_reason = ExceptionReason{"a", "b", {"c"}, "d", "e", "f"};
  r.app_specific_signatures = {"s"};
  r.app_specific_backtraces = {"b"};
  r.last_exception_backtrace = {make_frame(0, 1)};
  r.kernel_triage = "k";
  r.vm_region_info = "v";
  r.fatal_dyld_error = "1";
  r.work_queue_limits = {{"q", 64}};
  r.external_modifications.emplace();
  r.is_corpse = r.is_simulated = r.is_non_fatal = true;
  r.simulated_caller = "c";
  r.report_notes = {"n"};
  r.log_writing_signature = "l";
  r.external_gpu_info = "g";
  r.vm_summary = "s";
  r.legacy.has_triggered = true;
  r.legacy.triggered_name = "n";
  r.legacy.triggered_queue = "q";
  r.legacy.highlighted = 1;
  r.shared_cache = SharedCache{{1}, 2, Uuid::parse("0ce453ff-0000-4000-8000-000000000002")};
  auto& thread = r.threads[0];
  thread.at_own_fault = true;
  thread.queue = "q";
  thread.original_length = 9000;
  thread.recursion = {{1, 2, 3, make_frame(0, 1)}};
  thread.instruction_state = InstructionState{{0x90, 0x48}, 1};
  auto& frame = thread.frames[0];
  frame.source_file = "a.cpp";
  frame.source_line = 7;
  frame.inlined = true;
  frame.region = "r";
  auto& image = r.images[0];
  image.bundle_id = "i";
  image.bundle_short_version = "s";
  image.bundle_version = "v";
  return r;
}

TEST(IpsWriterTest, EveryMemberHasItsKey) {
  const auto report = full_report();
  const auto text = write_ips(report);
  const auto header = nlohmann::json::parse(text.substr(0, text.find('\n')));
  const auto body = body_of(report);

  for (const auto* key :
       {"bundleID", "app_version", "build_version", "slice_uuid", "platform", "is_simulated"}) {
    EXPECT_TRUE(header.contains(key)) << key;
  }
  for (const auto* key : {"parentProc",
                          "parentPid",
                          "responsibleProc",
                          "responsiblePid",
                          "coalitionName",
                          "coalitionID",
                          "userID",
                          "procRole",
                          "translated",
                          "bundleInfo",
                          "buildInfo",
                          "storeInfo",
                          "isBeta",
                          "codeSigningID",
                          "codeSigningTeamID",
                          "codeSigningFlags",
                          "modelCode",
                          "bridgeVersion",
                          "basebandVersion",
                          "procLaunch",
                          "procExitAbsTime",
                          "uptime",
                          "wakeTime",
                          "bootSessionUUID",
                          "sleepWakeUUID",
                          "crashReporterKey",
                          "systemID",
                          "codeName",
                          "sip",
                          "lowPowerMode",
                          "exceptionReason",
                          "asiSignatures",
                          "asiBacktraces",
                          "lastExceptionBacktrace",
                          "ktriageinfo",
                          "vmRegionInfo",
                          "vmregioninfo",
                          "fatalDyldError",
                          "workQueueLimits",
                          "extMods",
                          "isCorpse",
                          "isSimulated",
                          "isNonFatal",
                          "simulatedCaller",
                          "reportNotes",
                          "logWritingSignature",
                          "externalGPUInfo",
                          "vmSummary",
                          "legacyInfo",
                          "sharedCache"}) {
    EXPECT_TRUE(body.contains(key)) << key;
  }
  EXPECT_EQ(body["exceptionReason"].size(), 6U);
  EXPECT_EQ(body["exception"]["guardId"], "7");
  EXPECT_EQ(body["termination"]["reasons"][0], "r");
  EXPECT_EQ(body["legacyInfo"]["threadTriggered"]["queue"], "q");
  const auto& thread = body["threads"][0];
  for (const auto* key :
       {"atOwnFault", "queue", "originalLength", "recursionInfoArray", "instructionState"}) {
    EXPECT_TRUE(thread.contains(key)) << key;
  }
  EXPECT_EQ(thread["instructionState"]["instructionStream"].dump(), R"({"bytes":[144,72],"offset":1})");
  EXPECT_EQ(thread["frames"][0]["inline"], true);
  EXPECT_EQ(thread["frames"][0]["sourceLine"], 7);
  EXPECT_EQ(body["usedImages"][0]["CFBundleVersion"], "v");
}

}  // namespace
}  // namespace faultline

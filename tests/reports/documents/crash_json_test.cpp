#include "reports/documents/crash_json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analyzer/analyze.h"
#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using Json = nlohmann::json;

CrashReport driver_crash() {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x20", 0}, {"far", 0x5c8}, {"esr", 0x92000006}}).code({0xf942e688});
  maker.termination("SIGNAL", 11, "Segmentation fault: 11");
  maker.frame("AGXMetalG16X", "-[AGXG16XFamilyComputeContext setComputePipelineState:]", 32);
  CrashReport& report = maker.report();
  report.incident = "79BC4A1F-0000-0000-0000-000000000000";
  report.pid = 81920;
  report.model = "Mac16,5";
  report.translated = false;
  report.capture_time = "2025-12-20 17:36:18.2860 -0800";
  report.threads[0].name = "Thread-1 (worker)";
  report.threads[0].queue = "metal gpu stream 1";
  return report;
}

// The members that other programs rely on, with their values.
std::string json_of_all(std::span<const Analysis> analyses) {
  std::string text;
  write_crash_json_of_all(analyses, {}, [&text](std::string_view piece) { text += piece; });
  return text;
}

TEST(CrashJsonTest, HasTheShapeThatIsPromised) {
  const Json json = Json::parse(crash_json(analyze(driver_crash())));

  EXPECT_EQ(json["incident"], "79BC4A1F-0000-0000-0000-000000000000");
  EXPECT_EQ(json["kind"], "crash");
  EXPECT_EQ(json["origin"], "imported");
  EXPECT_EQ(json["process"], Json::parse(R"({"name": "Python", "pid": 81920})"));
  EXPECT_EQ(json["time"], "2025-12-21T01:36:18.286Z");
  EXPECT_EQ(json["os"], Json::parse(R"({"name": "macOS", "version": "15.7.3", "build": "24G419"})"));
  EXPECT_EQ(json["model"], "Mac16,5");
  EXPECT_EQ(json["cpu"], "ARM-64");
  EXPECT_EQ(json["translated"], false);
  EXPECT_EQ(json["exception"]["codes"], Json::parse("[1, 1480]"));
  EXPECT_EQ(json["termination"]["namespace"], "SIGNAL");
  EXPECT_EQ(json["fault"]["kind"], "null_dereference");
  EXPECT_EQ(json["fault"]["address"], 1480);
  EXPECT_EQ(json["fault"]["size_bytes"], 8);
  EXPECT_EQ(json["fault"]["base_register"], "x20");
  EXPECT_EQ(json["fault"]["base_value"], 0);
  EXPECT_EQ(json["fault"]["fault_offset"], 1480);
  EXPECT_EQ(json["fault"]["agrees"], true);
  EXPECT_EQ(json["fault"]["sentence"], "x20 is NULL; 8-byte read of field 0x5c8");
  EXPECT_EQ(json["site"]["code_offset"], 32);
  EXPECT_EQ(json["site"]["access"], "read");
  EXPECT_EQ(json["crashed_thread"], 0);
  const Json& frame = json["threads"][0]["frames"][0];
  EXPECT_EQ(frame["image"], "AGXMetalG16X");
  EXPECT_EQ(frame["image_offset"], 32);
  EXPECT_EQ(frame["code_offset"], 32);
  EXPECT_EQ(frame["file"], nullptr);
  EXPECT_EQ(frame["inlined"], false);
  EXPECT_EQ(frame["source"], "report");
  EXPECT_EQ(json["threads"][0]["queue"], "metal gpu stream 1");
}

TEST(CrashJsonTest, WritesUnknownAsNullAndLargeNumbersExactly) {
  ReportMaker maker;
  maker.bad_access(18446744073709551569ULL).arm64({});
  const Json json = Json::parse(crash_json(analyze(maker.report())));
  EXPECT_EQ(json["fault"]["address"].get<std::uint64_t>(), 18446744073709551569ULL);
  EXPECT_EQ(json["fault"]["base_register"], nullptr);
  EXPECT_EQ(json["fault"]["size_bytes"], nullptr);
  EXPECT_EQ(json["incident"], nullptr);
  EXPECT_EQ(json["time"], nullptr);
  EXPECT_EQ(json["termination"], nullptr);
}

TEST(CrashJsonTest, StaysValidJsonWhateverBytesAReportHas) {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT").frame("app\xff", "f\xc3", 4).words("x", "\x01\xfe");
  EXPECT_TRUE(Json::accept(crash_json(analyze(maker.report()))));
}

// A small check of the schema's own words: every member that it requires is there, none that it does
// not know, and types are those it names.
void check(const Json& schema, const Json& root, const Json& value, const std::string& at) {
  if (schema.contains("$ref")) {
    const std::string name = schema["$ref"].get<std::string>().substr(std::string("#/$defs/").size());
    check(root["$defs"][name], root, value, at);
    return;
  }
  if (schema.contains("anyOf")) {
    if (value.is_null()) return;
    check(schema["anyOf"][0], root, value, at);
    return;
  }
  if (schema.contains("enum")) {
    const auto& all = schema["enum"];
    EXPECT_NE(std::find(all.begin(), all.end(), value), all.end()) << at << " is " << value;
  }
  if (schema.contains("type")) {
    const Json types = schema["type"].is_array() ? schema["type"] : Json::array({schema["type"]});
    std::string own = value.type_name();
    if (value.is_number_integer()) own = "integer";
    EXPECT_NE(std::find(types.begin(), types.end(), own), types.end()) << at << " is " << own;
  }
  if (value.is_array() && schema.contains("items")) {
    for (const auto& item : value) check(schema["items"], root, item, at + "[]");
  }
  if (!value.is_object()) return;
  for (const auto& name : schema.value("required", Json::array())) {
    EXPECT_TRUE(value.contains(name.get<std::string>())) << at << " lacks " << name;
  }
  for (const auto& [name, member] : value.items()) {
    ASSERT_TRUE(schema["properties"].contains(name))
        << at << " has " << name << ", which the schema does not know";
    check(schema["properties"][name], root, member, at + "." + name);
  }
}

TEST(CrashJsonTest, TellsAGpuEventSoThatATrialCanBeFoundForIt) {
  CrashReport report;
  report.kind = ReportKind::gpu_event;
  report.system_event.emplace();
  report.system_event->process = "python3.14";
  report.system_event->time_seconds = 1746086400;
  report.system_event->restart_reason = "firmware-detected lockup";

  const Json event = Json::parse(crash_json(analyze(report)))["system_event"];

  EXPECT_EQ(event["process"], "python3.14");
  EXPECT_EQ(event["time_s"], 1746086400);
  EXPECT_EQ(event["restart_reason"], "firmware-detected lockup");
  EXPECT_TRUE(event["panic_string"].is_null());
}

TEST(CrashJsonTest, FollowsItsSchema) {
  std::ifstream file(std::string(FAULTLINE_SOURCE_DIR) + "/docs/schema/report.schema.json");
  const Json schema = Json::parse(file);
  ReportMaker poor;
  CrashReport panic;
  panic.kind = ReportKind::panic;
  panic.system_event.emplace();
  panic.system_event->kexts = {{"com.apple.AGXG16G", "345.20.4"}, {"com.apple.A", ""}};
  for (const CrashReport& report : {driver_crash(), poor.report(), CrashReport{}, panic}) {
    check(schema, schema, Json::parse(crash_json(analyze(report))), "report");
  }
  check(schema, schema, Json::parse(crash_json(analyze(driver_crash()), {std::nullopt, true})), "report");
  const Disassembly code{{{{0x1000}, {0x88, 0xe6, 0x42, 0xf9}, "ldr x8, [x20, #0x5c8]", true}}, "report"};
  const Json shown = Json::parse(crash_json(analyze(driver_crash()), {code, false}));
  check(schema, schema, shown, "report");
  EXPECT_EQ(shown["disassembly"]["instructions"][0]["text"], "ldr x8, [x20, #0x5c8]");
}

TEST(CrashJsonTest, SeveralReportsOfADocumentAreAList) {
  const std::vector<Analysis> both{analyze(driver_crash()), analyze(driver_crash())};
  const Json json = Json::parse(json_of_all(both));
  ASSERT_EQ(json["reports"].size(), 2U);
  EXPECT_EQ(json["reports"][1]["kind"], "crash");
  EXPECT_EQ(Json::parse(json_of_all({both.data(), 1}))["kind"], "crash");
}

TEST(CrashJsonTest, ThreadsHaveTheReportsOwnNumbers) {
  CrashReport report = driver_crash();
  report.threads[0].number = 14;
  report.faulting_thread = 14;
  const Json json = Json::parse(crash_json(analyze(report)));
  EXPECT_EQ(json["crashed_thread"], 14);
  EXPECT_EQ(json["threads"][0]["index"], 14);
}

TEST(CrashJsonTest, AllOfItHasRegistersAndImages) {
  const Json json = Json::parse(crash_json(analyze(driver_crash()), {std::nullopt, true}));
  EXPECT_EQ(json["threads"][0]["registers"].size(), driver_crash().threads[0].state->registers.size());
  EXPECT_EQ(json["images"].size(), driver_crash().images.size());
  EXPECT_FALSE(Json::parse(crash_json(analyze(driver_crash()))).contains("images"));
}

}  // namespace
}  // namespace faultline

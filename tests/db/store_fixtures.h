// Runs, trials and reports for tests of the store: small, complete, and each different where asked.

#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/model/analysis.h"
#include "core/model/trial.h"
#include "db/store.h"

namespace faultline {

/// Asserts that a Result is a value and gives it.
#define ASSERT_VALUE(target, expression)                          \
  auto FAULTLINE_CONCAT(result_of_, __LINE__) = (expression);     \
  ASSERT_TRUE(FAULTLINE_CONCAT(result_of_, __LINE__).has_value()) \
      << FAULTLINE_CONCAT(result_of_, __LINE__).error().text();   \
  target = std::move(*FAULTLINE_CONCAT(result_of_, __LINE__))

#define ASSERT_DONE(expression)                                         \
  do {                                                                  \
    const auto done_result = (expression);                              \
    ASSERT_TRUE(done_result.has_value()) << done_result.error().text(); \
  } while (false)

inline WallTime at(std::string_view text) { return *parse_utc(text); }

/// The same every time: a test must be able to make one run twice.
inline Uuid uuid_of(std::uint8_t number) {
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(number);
  return Uuid(bytes);
}

inline ParameterValue integer_value(std::int64_t value) {
  return {std::to_string(value), std::to_string(value), ParameterType::integer, false};
}
inline ParameterValue text_value(std::string label) { return {label, label, ParameterType::text, false}; }

/// Cells threads x lock of one workload, in the order of the matrix.
inline std::vector<Cell> make_cells(const std::vector<int>& threads, const std::vector<std::string>& locks) {
  std::vector<Cell> cells;
  for (const int count : threads) {
    for (const std::string& lock : locks) {
      Cell cell;
      cell.workload = "agx-sim";
      cell.parameters = {{"threads", integer_value(count)}, {"lock", text_value(lock)}};
      cells.push_back(cell);
    }
  }
  return cells;
}

inline RunRecord make_run(std::uint8_t number = 1, std::string_view started = "2025-12-21T01:36:18.286123Z") {
  RunRecord run;
  run.uuid = uuid_of(number);
  run.campaign_name = "agx-race";
  run.campaign_hash = "0123456789abcdef0123456789abcdef";
  run.campaign_text = "[campaign]\nname = \"agx-race\"\n";
  run.control = "threads=8 and lock=none";
  run.host.host_key = "host-a";
  run.host.host_name = "rack-1";
  run.host.os_name = "macOS";
  run.host.os_version = "15.7.3";
  run.host.os_build = "24G419";
  run.host.model = "Mac16,5";
  run.host.chip = "Apple M4 Max";
  run.host.agx_version = "329.2";
  run.host.zone_minutes = 60;
  run.facts = {{"torch", "2.9.1"}};
  run.cells = make_cells({1, 8}, {"none", "per-op", "global"});
  run.planned_blocks = 50;
  run.seed = 1;
  run.started = at(started);
  return run;
}

inline Trial make_trial(const RunRecord& run, std::int64_t index, std::size_t cell, Outcome outcome) {
  Trial trial;
  trial.run = run.uuid;
  trial.index = index;
  trial.block = index / static_cast<std::int64_t>(run.cells.size());
  trial.cell_index = cell;
  trial.argv = {"agx_sim", "--threads", "8"};
  trial.started = run.started + std::chrono::seconds(index + 1);
  trial.duration = std::chrono::milliseconds(1234);
  trial.pid = 4000 + index;
  trial.verdict.outcome = outcome;
  trial.verdict.rule = outcome == Outcome::crashed ? "crash_signal" : "exit_code";
  if (outcome == Outcome::crashed) {
    trial.term_signal = 11;
    trial.term_signal_name = "SIGSEGV";
  } else {
    trial.exit_code = 0;
  }
  return trial;
}

/// A crash of one thread in `function`, another one waiting. `number` makes incident and time differ.
inline Analysis make_analysis(int number, std::string_view function = "setComputePipelineState:",
                              std::uint64_t fault_offset = 0x5c8) {
  Analysis analysis;
  CrashReport& report = analysis.report;
  report.header.bug_type = "309";
  std::string digits = std::to_string(100000000000 + number);
  report.incident = "79BC4A1F-0000-4000-8000-" + digits;
  report.process_name = "Python";
  report.pid = 81920 + number;
  report.cpu_type = "ARM-64";
  report.translated = false;
  report.model = "Mac16,5";
  report.os.train = "macOS 15.7.3";
  report.os.build = "24G419";
  report.capture_time = format_report_time(at("2025-12-21T02:00:00.000Z") + std::chrono::seconds(number), 60);
  report.exception = ExceptionInfo{};
  report.exception->type = "EXC_BAD_ACCESS";
  report.exception->signal = "SIGSEGV";
  report.exception->raw_codes = {1, fault_offset};
  report.exception->subtype = "KERN_INVALID_ADDRESS at " + hex16(fault_offset);
  report.termination = Termination{};
  report.termination->name_space = "SIGNAL";
  report.termination->code = 11;
  report.faulting_thread = 0;
  Image driver;
  driver.uuid = uuid_of(0xd1);
  driver.name = "AGXMetalG16X";
  driver.path = "/System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X";
  driver.base = RuntimeAddress{0x10c9a0000 + static_cast<std::uint64_t>(number) * 0x4000};
  driver.size_bytes = 0x800000;
  driver.source = "P";
  report.images = {driver};
  Thread crashed;
  crashed.triggered = true;
  crashed.name = "worker";
  Frame frame;
  frame.image_index = 0;
  frame.image_offset = ImageOffset{217808};
  frame.symbol = std::string(function);
  frame.symbol_location = 32;
  crashed.frames = {frame};
  crashed.state = ThreadState{};
  crashed.state->registers = {{"x0", 0, {}, {}, {}, {}, false},
                              {"x20", 0xfffffffffffffff0ULL, {}, {}, {}, {}, false}};
  Thread waiting;
  waiting.queue = "metal gpu stream 1";
  Frame wait = frame;
  wait.symbol = "__psynch_mutexwait";
  wait.image_offset = ImageOffset{4096};
  waiting.frames = {wait, frame};
  report.threads = {crashed, waiting};
  report.issues = {{"/threads/1/frames/0", "odd"}};
  analysis.fault.kind = FaultKind::null_dereference;
  analysis.fault.address = fault_offset;
  analysis.fault.access = AccessKind::read;
  analysis.fault.size_bytes = 8;
  analysis.fault.instruction = "ldr x8, [x20, #0x5c8]";
  analysis.fault.base_register = "x20";
  analysis.fault.base_value = 0;
  analysis.fault.fault_offset = fault_offset;
  analysis.fault.agrees = true;
  analysis.fault.sentence = "x20 is NULL; 8-byte read of field 0x5c8";
  analysis.fault.evidence = {"far is 0x5c8", "a \"quoted\" line\nand another"};
  analysis.fault.rule = "null_base";
  CrashSite& site = analysis.site;
  site.image = "AGXMetalG16X";
  site.function = std::string(function);
  site.code_offset = 32;
  site.fault_offset = fault_offset;
  site.access = AccessKind::read;
  site.kind = FaultKind::null_dereference;
  site.text = site.image + " " + site.function + "+32 null+" + hex(fault_offset) + " read";
  site.key = hash64_hex(site.text);
  site.family_text = "AGXMetal* " + site.function + " null+" + hex(fault_offset) + " read";
  site.family = hash64_hex(site.family_text);
  site.thread_index = 0;
  site.frame_index = 0;
  site.rule = "top_frame";
  site.notes = {"nothing was skipped"};
  analysis.portrait.functions = {"libsystem_kernel.dylib __psynch_mutexwait", "AGXMetal* commit"};
  analysis.rules_version = "1";
  return analysis;
}

/// Bytes that stand for the report: complete JSON by the look of it, and of some length.
inline std::string make_bytes(const Analysis& analysis) {
  std::string body = "{\"incident\":\"" + *analysis.report.incident + "\",\"threads\":[";
  for (int i = 0; i < 200; ++i) body += "{\"frame\":" + std::to_string(i * 7919) + "},";
  body += "{}]}";
  return "{\"bug_type\":\"309\",\"incident_id\":\"" + *analysis.report.incident +
         "\",\"app_name\":\"Python\"}\n" + body;
}

inline ReportArrival arrival(ReportOrigin origin = ReportOrigin::imported, std::string path = "a.ips") {
  ReportArrival one;
  one.origin = origin;
  one.source_path = std::move(path);
  one.seen = at("2025-12-22T08:00:00.000Z");
  return one;
}

inline ReportArrival captured_by(const RunRecord& run, std::int64_t trial) {
  ReportArrival one = arrival(ReportOrigin::captured, "live/" + std::to_string(trial) + ".ips");
  one.attribution = ReportAttribution{run.uuid, trial, "pid and start time"};
  return one;
}

/// Records a trial that crashed with its report.
inline void record_crash(Store& store, const RunRecord& run, std::int64_t index, std::size_t cell,
                         const Analysis& analysis) {
  const std::string bytes = make_bytes(analysis);
  const NewReport report{bytes, captured_by(run, index), &analysis};
  const auto added = store.record_trial(make_trial(run, index, cell, Outcome::crashed), {&report, 1});
  ASSERT_TRUE(added.has_value()) << added.error().text();
}

inline void record(Store& store, const RunRecord& run, std::int64_t index, std::size_t cell,
                   Outcome outcome) {
  const auto added = store.record_trial(make_trial(run, index, cell, outcome), {});
  ASSERT_TRUE(added.has_value()) << added.error().text();
}

/// No finding of SQLite's checks or ours.
inline void expect_valid(Store& store) {
  const auto findings = store.check_integrity();
  ASSERT_TRUE(findings.has_value()) << findings.error().text();
  for (const std::string& finding : *findings) ADD_FAILURE() << finding;
}

/// A test of one store in memory, which is checked after it.
class StoreFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = Store::open_in_memory();
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    store_.emplace(std::move(*opened));
  }
  void TearDown() override { expect_valid(*store_); }
  Store& store() { return *store_; }

 private:
  std::optional<Store> store_;
};

/// The same with a run that has begun.
class RunFixture : public StoreFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(StoreFixture::SetUp());
    run_ = make_run();
    ASSERT_TRUE(store().begin_run(run_).has_value());
  }
  RunRecord& run() { return run_; }

 private:
  RunRecord run_;
};

}  // namespace faultline

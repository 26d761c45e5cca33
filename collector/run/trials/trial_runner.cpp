#include "collector/run/trials/trial_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "collector/trial/crash_signals.h"
#include "core/base/hash.h"
#include "core/files/text_file.h"
#include "core/ips/report_summary.h"

namespace faultline {
namespace {

constexpr std::uint64_t kLargestReportBytes = 64ULL << 20;
/// What the supervisor and we put into a trial's folder; any other file is the workload's own.
constexpr auto kOurFiles =
    std::to_array<std::string_view>({"started.json", "status.json", "stdout", "stderr"});

void remove_folder(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

bool is_our_file(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return std::find(kOurFiles.begin(), kOurFiles.end(), name) != kOurFiles.end();
}

/// The supervisor's reports, read back. One that is gone is said, not passed over.
std::vector<CollectedReport> read_written_reports(TrialStatus& status) {
  std::vector<CollectedReport> reports;
  for (const WrittenReport& written : status.reports) {
    auto bytes = read_file(written.path, kLargestReportBytes);
    if (!bytes) {
      status.capture_note = "a report was written but cannot be read: " + bytes.error().text();
      continue;
    }
    CollectedReport report;
    report.bytes = std::move(*bytes);
    report.source = written.path;
    auto summary = summarize_report(report.bytes);
    report.identity = std::move(summary.identity);
    report.facts = std::move(summary.facts);
    report.basis = AttributionBasis::supervisor;
    report.notes.push_back(fmt::format("written by the trial's supervisor for process {}", written.pid));
    reports.push_back(std::move(report));
  }
  return reports;
}

}  // namespace

std::uint64_t trial_seed(std::uint64_t run_seed, std::int64_t block) {
  return hash64(fmt::format("{}:{}", run_seed, block)) >> 1;
}

CaptureMode capture_of(const Workload& workload, const Cell& cell) {
  for (const auto& [name, value] : cell.parameters) {
    if (name == kCaptureParameter) return value.value == "off" ? CaptureMode::off : CaptureMode::on;
  }
  return workload.capture;
}

Result<TrialRunner> TrialRunner::make(const Campaign& campaign, TrialSetting setting, Clock& clock,
                                      ProcessRunner& processes) {
  std::vector<OutputPatterns> patterns;
  for (const Workload& workload : campaign.workloads) {
    TRY_ASSIGN(auto compiled, compile_patterns(workload));
    patterns.push_back(std::move(compiled));
  }
  return TrialRunner(campaign, std::move(setting), clock, processes, std::move(patterns));
}

std::filesystem::path TrialRunner::folder_of(std::int64_t index) const {
  return setting_.run_folder / std::to_string(index);
}

Trial TrialRunner::plan(const PlannedTrial& planned, const Cell& cell) const {
  Trial trial;
  trial.run = setting_.run;
  trial.index = planned.index;
  trial.block = planned.block;
  trial.warm_up = planned.warm_up;
  trial.cell_index = planned.cell_index;
  for (const std::string& argument : workload_of(cell).command) {
    trial.argv.push_back(replace_placeholders(argument, cell, setting_.folders).value_or(""));
  }
  trial.started = clock_.wall();
  if (!setting_.boot_session.empty()) trial.boot_session = setting_.boot_session;
  return trial;
}

std::vector<EnvSetting> TrialRunner::environment_of(const PlannedTrial& planned, const Cell& cell) const {
  std::vector<EnvSetting> env;
  for (const EnvSetting& setting : workload_of(cell).env) {
    env.push_back({setting.name, setting.value ? replace_placeholders(*setting.value, cell, setting_.folders)
                                               : std::nullopt});
  }
  env.push_back({"FAULTLINE_TRIAL_DIR", folder_of(planned.index).string()});
  env.push_back({"FAULTLINE_TRIAL", std::to_string(planned.index)});
  env.push_back({"FAULTLINE_SEED", std::to_string(trial_seed(setting_.seed, planned.block))});
  return env;
}

TrialSpec TrialRunner::spec_of(const PlannedTrial& planned, const Cell& cell) const {
  const Workload& workload = workload_of(cell);
  TrialSpec spec;
  spec.argv = plan(planned, cell).argv;
  spec.env = environment_of(planned, cell);
  if (workload.working_folder) {
    const auto folder = replace_placeholders(*workload.working_folder, cell, setting_.folders).value_or("");
    // A path that is already absolute stays as it is.
    spec.working_folder = std::filesystem::path(campaign_.folder) / folder;
  }
  spec.trial_folder = folder_of(planned.index);
  spec.report_folder = setting_.run_folder / "reports";
  spec.timeout = workload.timeout.value_or(campaign_.timeout);
  spec.grace = campaign_.grace;
  spec.capture = setting_.supervisor_reports ? capture_of(workload, cell) : CaptureMode::off;
  spec.follow_children = workload.follow_children;
  spec.boot_session = setting_.boot_session;
  spec.expect_image = workload.expect_image.value_or("");
  return spec;
}

Result<std::optional<EndedTrial>> TrialRunner::run(const PlannedTrial& planned, const Cell& cell,
                                                   const std::atomic<bool>& stop) {
  const TrialSpec spec = spec_of(planned, cell);
  // What an attempt that counts for nothing left here would be taken for this one's.
  remove_folder(spec.trial_folder);
  TRY(make_folder(spec.trial_folder));
  Trial trial = plan(planned, cell);
  TRY_ASSIGN(auto status, processes_.run(spec, stop));
  if (status.interrupted) {
    discard(planned.index);
    return std::optional<EndedTrial>();
  }
  TRY_ASSIGN(auto ended, conclude(std::move(trial), cell, std::move(status)));
  return std::optional<EndedTrial>(std::move(ended));
}

Result<TrialRunner::Leftover> TrialRunner::find_leftover(const PlannedTrial& planned, const Cell& cell) {
  Leftover leftover;
  if (const auto text = read_file(folder_of(planned.index) / "started.json")) {
    if (auto start = read_start_record(*text)) leftover.start = std::move(*start);
  }
  auto status = find_status(planned.index);
  if (!status) return leftover;
  leftover.ended_by_us = status->interrupted;
  if (status->interrupted) return leftover;
  TRY_ASSIGN(leftover.ended, conclude(plan(planned, cell), cell, std::move(*status)));
  if (leftover.start) leftover.ended->trial.boot_session = leftover.start->boot_session;
  return leftover;
}

std::optional<TrialStatus> TrialRunner::find_status(std::int64_t index) const {
  const auto text = read_file(folder_of(index) / "status.json");
  if (!text) return std::nullopt;
  auto status = read_trial_status(*text);
  if (!status) return std::nullopt;
  return std::move(*status);
}

Result<EndedTrial> TrialRunner::conclude(Trial trial, const Cell& cell, TrialStatus status) const {
  const Workload& workload = workload_of(cell);
  EndedTrial ended;
  TRY_ASSIGN(ended.evidence.output,
             scan_output_files(folder_of(trial.index), patterns_[cell.workload_index]));
  ended.reports = read_written_reports(status);
  for (const CollectedReport& report : ended.reports) ended.evidence.reports.push_back(report.facts);
  if (status.started) {
    trial.started = status.started_at;
    trial.pid = status.pid;
    if (status.start_ticks != 0) trial.start_ticks = status.start_ticks;
  }
  trial.duration = status.duration;
  trial.exit_code = status.exit_code;
  trial.term_signal = status.term_signal;
  if (status.term_signal) trial.term_signal_name = signal_name(*status.term_signal);
  trial.timed_out = status.timed_out;
  trial.unkillable_count = static_cast<std::int64_t>(status.unkillable.size());
  trial.resources = status.resources;
  trial.phase = ended.evidence.output.phase;
  trial.metrics = ended.evidence.output.metrics;
  trial.output_head = ended.evidence.output.head;
  const auto& gpu_errors = ended.evidence.output.gpu_errors;
  // Its command buffers were discarded because of another process's fault.
  trial.contaminated = std::any_of(gpu_errors.begin(), gpu_errors.end(), [](const std::string& line) {
    return line.find("InnocentVictim") != std::string::npos;
  });
  ended.evidence.workload = &workload;
  // The system's own reporter cannot be switched off for one cell.
  ended.evidence.capture = setting_.supervisor_reports ? capture_of(workload, cell) : CaptureMode::on;
  ended.evidence.argv = trial.argv;
  ended.evidence.status = std::move(status);
  ended.trial = std::move(trial);
  decide(ended);
  return ended;
}

void TrialRunner::decide(EndedTrial& ended) {
  ended.trial.verdict = decide_outcome(ended.evidence);
  const CaptureResult capture = decide_capture(ended.evidence, ended.trial.verdict);
  ended.trial.uncaptured = capture.uncaptured;
  ended.trial.uncaptured_reason = capture.reason;
  ended.trial.stderr_tail =
      tail_excerpt(ended.evidence.output.stderr_tail, capture.uncaptured ? kStderrTailBytes : kExcerptBytes);
  ended.trial.incidents.clear();
  for (const CollectedReport& report : ended.reports) ended.trial.incidents.push_back(report.key());
}

void TrialRunner::add_report(EndedTrial& ended, CollectedReport report) {
  ended.evidence.reports.push_back(report.facts);
  ended.reports.push_back(std::move(report));
  decide(ended);
}

void TrialRunner::prune(const EndedTrial& ended) const {
  if (ended.trial.verdict.outcome != Outcome::passed) return;
  const auto folder = folder_of(ended.trial.index);
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (!is_our_file(entry->path())) continue;
    std::error_code ignored;
    std::filesystem::remove(entry->path(), ignored);
  }
  // Refused by the system where the workload left something.
  std::filesystem::remove(folder, error);
}

void TrialRunner::discard(std::int64_t index) const { remove_folder(folder_of(index)); }

}  // namespace faultline

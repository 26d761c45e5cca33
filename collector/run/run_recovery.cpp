#include "collector/run/run_recovery.h"

#include <fmt/format.h>

#include <charconv>
#include <string>
#include <system_error>
#include <utility>

#include "collector/folders/report_folder.h"

namespace faultline {

Result<void> RunRecovery::resume() {
  TRY(setting_.parts.journal.resume(setting_.record));
  TRY_ASSIGN(const RunHistory history, setting_.parts.journal.history(setting_.record.uuid));
  know_history(history);
  set_cells_aside();
  TRY_ASSIGN(const auto in_flight, in_flight_trials());
  for (const std::int64_t index : in_flight) TRY(settle_in_flight_trial(index));
  set_cells_aside();
  TRY(store_unclaimed_reports());
  return reports_.collect();
}

void RunRecovery::know_history(const RunHistory& history) {
  for (const Trial& trial : history.ended) {
    schedule_.recorded(trial);
    tally_.set(trial);
    // Folders of passed trials are gone, and nothing in them would be needed.
    std::optional<TrialStatus> status;
    if (trial.verdict.outcome != Outcome::passed) status = trials_.find_status(trial.index);
    reports_.know(trial, status.value_or(TrialStatus{}));
  }
  reports_.know(history.reports);
}

/// Trials that were begun and not recorded: those whose folder is there all the same.
Result<std::set<std::int64_t>> RunRecovery::in_flight_trials() const {
  std::set<std::int64_t> indexes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(setting_.run_folder, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::int64_t index = 0;
    const auto [last, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool is_trial = failed == std::errc{} && last == name.data() + name.size() && index >= 0;
    if (is_trial && !schedule_.is_recorded(index)) indexes.insert(index);
  }
  if (error) return fail(io_error("cannot look into " + setting_.run_folder.string(), error.value()));
  return indexes;
}

Result<void> RunRecovery::settle_in_flight_trial(std::int64_t index) {
  const std::string& boot_session = setting_.boot_session;
  if (const auto planned = schedule_.find(index)) {
    TRY_ASSIGN(auto leftover, trials_.find_leftover(*planned, setting_.cell_of(*planned)));
    if (leftover.ended) {
      // Its supervisor finished after the harness was gone: the result is complete.
      setting_.note(
          fmt::format("trial {} had ended when the run was interrupted, and is recorded now", index));
      TRY(reports_.settle(*leftover.ended));
      return recorder_.record(*leftover.ended);
    }
    const bool other_boot = leftover.start && !boot_session.empty() &&
                            !leftover.start->boot_session.empty() &&
                            leftover.start->boot_session != boot_session;
    if (other_boot && !leftover.ended_by_us) return record_panic(*planned, *leftover.start);
  }
  TRY_ASSIGN(const std::int64_t ended,
             setting_.parts.processes.end_survivors(trials_.folder_of(index), boot_session));
  if (ended > 0)
    setting_.note(fmt::format("ended {} processes that trial {} had left running", ended, index));
  trials_.discard(index);
  return {};
}

/// The machine went down while the trial ran. Only a panic report can tell a panic from a power cut or a
/// restart by a person; the collector adds it where there is one.
Result<void> RunRecovery::record_panic(const PlannedTrial& planned, const StartRecord& start) {
  const Cell& cell = setting_.cell_of(planned);
  const Workload& workload = setting_.workload_of(planned.cell_index);
  EndedTrial ended;
  ended.trial = trials_.plan(planned, cell);
  ended.trial.started = start.started_at;
  ended.trial.pid = start.pid;
  if (start.start_ticks != 0) ended.trial.start_ticks = start.start_ticks;
  ended.trial.boot_session = start.boot_session;
  ended.trial.verdict = {Outcome::panicked,
                         "boot_session_changed",
                         {"the machine was started anew while the trial ran; without a panic report, a panic "
                          "cannot be told from a power cut"}};
  ended.evidence.workload = &workload;
  setting_.note(fmt::format("the machine went down under trial {} ({})", planned.index, cell.text()));
  // When is not known: it may have crashed, and left a report, at any time up to its limit.
  Trial longest = ended.trial;
  longest.duration = workload.timeout.value_or(setting_.campaign.timeout) + setting_.campaign.grace;
  reports_.processes().remember(longest, {});
  return recorder_.record(ended);
}

/// Reports in the run's own folder that no recorded trial has: of an attempt that will be repeated.
Result<void> RunRecovery::store_unclaimed_reports() {
  if (!setting_.supervisor_reports()) return {};
  TRY_ASSIGN(const RunHistory history, setting_.parts.journal.history(setting_.record.uuid));
  std::set<std::string> stored;
  for (const RunReport& report : history.reports) stored.insert(report.incident);
  ReportFolder folder(setting_.run_folder / "reports");
  for (FoundReport& found : folder.scan(setting_.parts.clock.monotonic()).reports) {
    CollectedReport report;
    report.bytes = std::move(found.bytes);
    report.source = std::move(found.path);
    report.identity = std::move(found.summary.identity);
    report.facts = std::move(found.summary.facts);
    report.notes.emplace_back(
        "of an attempt that was interrupted and counts for nothing; its trial is run again");
    if (!stored.contains(report.key())) TRY(reports_.late_reports().add_foreign(report));
    reports_.drain(report);
  }
  return {};
}

void RunRecovery::set_cells_aside() {
  for (const std::size_t cell : tally_.cells_that_panic()) {
    if (!schedule_.set_aside(cell)) continue;
    setting_.note(
        fmt::format("cell {} took the machine down twice and is quarantined", setting_.cells[cell].text()));
  }
}

}  // namespace faultline

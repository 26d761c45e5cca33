// Taking up a run that was interrupted: by Ctrl-C, kill -9, a panic or a power cut.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>

#include "collector/run/campaign_run.h"

namespace faultline {

Result<void> CampaignRun::resume() {
  TRY(parts_.journal.resume(record_));
  TRY_ASSIGN(RunHistory history, parts_.journal.history(record_.uuid));
  for (const Trial& trial : history.ended) {
    done_.insert(trial.index);
    tally_.set(trial);
    // Folders of passed trials are gone, and nothing in them would be needed.
    std::optional<TrialStatus> status;
    if (trial.verdict.outcome != Outcome::passed) status = trials_->find_status(trial.index);
    remember_processes(trial, status.value_or(TrialStatus{}));
    expect_again(trial, status.value_or(TrialStatus{}));
  }
  std::map<std::int64_t, TrialProcesses*> owners;
  for (TrialProcesses& trial : processes_) owners[trial.trial_index] = &trial;
  for (const RunReport& report : history.reports) {
    remember_report(report);
    if (!report.trial_index || !report.pid) continue;
    const auto owner = owners.find(*report.trial_index);
    if (owner != owners.end()) owner->second->reported_pids.push_back(*report.pid);
  }
  set_cells_aside();
  TRY(settle_in_flight_trials());
  set_cells_aside();
  TRY(store_unclaimed_reports());
  return collect(nullptr);
}

/// Its reports may still be on their way, however long nobody was there to wait for them.
void CampaignRun::expect_again(const Trial& trial, const TrialStatus& status) {
  const bool same_boot =
      status.started_steady.count() != 0 && trial.boot_session.value_or("") == boot_session_;
  // The wall clock may have been set since.
  const std::chrono::nanoseconds since =
      same_boot ? parts_.clock.monotonic() - status.started_steady - trial.duration
                : parts_.clock.wall() - trial.started - trial.duration;
  expect_reports(trial, status, std::max(since, std::chrono::nanoseconds(0)));
}

void CampaignRun::remember_report(const RunReport& report) {
  if (!report.trial_index) ++foreign_;
  if (report.late) ++late_;
  if (report.latency) latencies_.push_back(*report.latency);
  if (!ingest_) return;
  ingest_->know(report.incident, report.trial_index);
  if (report.trial_index) report_came(*report.trial_index);
}

/// Trials that were begun and not recorded: those whose folder is there all the same.
Result<void> CampaignRun::settle_in_flight_trials() {
  std::set<std::int64_t> indexes;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(run_folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    std::int64_t index = 0;
    const auto [last, failed] = std::from_chars(name.data(), name.data() + name.size(), index);
    const bool is_trial = failed == std::errc{} && last == name.data() + name.size() && index >= 0;
    if (is_trial && !done_.contains(index)) indexes.insert(index);
  }
  if (error) return fail(io_error("cannot look into " + run_folder_.string(), error.value()));
  for (const std::int64_t index : indexes) TRY(settle_in_flight_trial(index));
  return {};
}

Result<void> CampaignRun::settle_in_flight_trial(std::int64_t index) {
  if (const auto planned = schedule_.trial(index)) {
    TRY_ASSIGN(auto leftover, trials_->find_leftover(*planned, cell_of(*planned)));
    if (leftover.ended) {
      // It came to its end while nobody was there to record it: then nothing is lost at all.
      note(fmt::format("trial {} had ended when the run was interrupted, and is recorded now", index));
      TRY(settle(*leftover.ended));
      return record(*leftover.ended);
    }
    const bool other_boot = leftover.start && !boot_session_.empty() &&
                            !leftover.start->boot_session.empty() &&
                            leftover.start->boot_session != boot_session_;
    if (other_boot && !leftover.ended_by_us) return record_panic(*planned, *leftover.start);
  }
  TRY_ASSIGN(const std::int64_t ended, parts_.processes.end_survivors(trials_->folder_of(index), boot_session_));
  if (ended > 0) note(fmt::format("ended {} processes that trial {} had left running", ended, index));
  trials_->discard(index);
  return {};
}

/// The machine went down under the trial. Whether by a panic, a cut of power or a person's hand only a
/// panic report can say; collect() adds it where there is one.
Result<void> CampaignRun::record_panic(const PlannedTrial& planned, const StartRecord& start) {
  EndedTrial ended;
  ended.trial = trials_->plan(planned, cell_of(planned));
  ended.trial.started = start.started_at;
  ended.trial.pid = start.pid;
  if (start.start_ticks != 0) ended.trial.start_ticks = start.start_ticks;
  ended.trial.boot_session = start.boot_session;
  ended.trial.verdict = {Outcome::panicked,
                         "boot_session_changed",
                         {"the machine was started anew while the trial ran; without a panic report, a panic "
                          "cannot be told from a power cut"}};
  ended.evidence.workload = &campaign_.workloads[cell_of(planned).workload_index];
  note(fmt::format("the machine went down under trial {} ({})", planned.index, cell_of(planned).text()));
  // When is not known: it may have crashed, and left a report, at any time up to its limit.
  Trial longest = ended.trial;
  longest.duration = ended.evidence.workload->timeout.value_or(campaign_.timeout) + campaign_.grace;
  remember_processes(longest, {});
  return record(ended);
}

/// Reports in the run's own folder that no recorded trial has: of an attempt that will be repeated.
Result<void> CampaignRun::store_unclaimed_reports() {
  if (options_.reporter != ReporterKind::supervisor) return {};
  TRY_ASSIGN(const RunHistory history, parts_.journal.history(record_.uuid));
  std::set<std::string> stored;
  for (const RunReport& report : history.reports) stored.insert(report.incident);
  ReportFolder folder(run_folder_ / "reports");
  for (FoundReport& found : folder.scan(parts_.clock.monotonic()).reports) {
    CollectedReport report;
    report.bytes = std::move(found.bytes);
    report.source = std::move(found.path);
    report.identity = std::move(found.identity);
    report.notes.emplace_back(
        "of an attempt that was interrupted and counts for nothing; its trial is run again");
    if (!stored.contains(report.key())) {
      TRY(parts_.journal.foreign_report(record_.uuid, report));
      ++foreign_;
    }
    drain(report);
  }
  return {};
}

void CampaignRun::set_cells_aside() {
  for (const std::size_t cell : tally_.cells_that_panic()) {
    if (!set_aside_.insert(cell).second) continue;
    note(fmt::format("cell {} took the machine down twice and is set aside", cells_[cell].text()));
  }
}

}  // namespace faultline

// Taking up a run that was interrupted: by Ctrl-C, kill -9, a panic or a power cut.

#include <fmt/core.h>

#include <algorithm>

#include "collector/run/campaign_run.h"

namespace faultline {

Result<void> CampaignRun::resume() {
  TRY(parts_.journal.resume(record_));
  TRY_ASSIGN(RunHistory history, parts_.journal.history(record_.uuid));
  std::map<std::string, std::int64_t> trial_of_report;
  for (const Trial& trial : history.ended) {
    done_.insert(trial.index);
    tally_.set(trial);
    processes_.push_back(processes_of(trial, {}));
    for (const std::string& incident : trial.incidents) trial_of_report[incident] = trial.index;
  }
  for (const std::string& key : history.report_keys) {
    const auto found = trial_of_report.find(key);
    const bool own = found != trial_of_report.end();
    if (!own) ++foreign_;
    if (intake_) intake_->know(key, own ? std::optional(found->second) : std::nullopt);
  }
  set_cells_aside();
  TRY(settle_flight());
  set_cells_aside();
  TRY(store_orphans());
  return collect(nullptr);
}

Result<void> CampaignRun::settle_flight() {
  const auto flight = read_flight_note(run_folder_);
  if (!flight || done_.contains(flight->trial_index)) return {};
  const auto planned = schedule_.trial(flight->trial_index);
  const bool known = planned && planned->cell_index == flight->cell_index;
  if (known) {
    // It may have ended properly while nobody was there to record it: then nothing is lost at all.
    TRY_ASSIGN(auto ended, trials_->recover(*planned, cell_of(*planned)));
    if (ended) {
      note(fmt::format("trial {} had ended when the run was interrupted, and is recorded now",
                       planned->index));
      ended->trial.boot_session = flight->boot_session;
      TRY(settle(*ended));
      return record(*ended);
    }
    const bool other_boot =
        !boot_session_.empty() && !flight->boot_session.empty() && flight->boot_session != boot_session_;
    if (other_boot) return record_panic(*planned, *flight);
  }
  TRY_ASSIGN(const std::int64_t ended,
             parts_.host.end_survivors(trials_->folder_of(flight->trial_index), boot_session_));
  if (ended > 0)
    note(fmt::format("ended {} processes that trial {} had left running", ended, flight->trial_index));
  trials_->discard(flight->trial_index);
  return {};
}

/// The machine went down under the trial. Whether by a panic, a cut of power or a person's hand only a
/// panic report can say; collect() adds it where there is one.
Result<void> CampaignRun::record_panic(const PlannedTrial& planned, const FlightNote& flight) {
  EndedTrial ended;
  ended.trial = trials_->plan(planned, cell_of(planned));
  ended.trial.started = flight.started;
  ended.trial.boot_session = flight.boot_session;
  ended.trial.verdict = {Outcome::panicked,
                         "boot_session_changed",
                         {"the machine was started anew while the trial ran; without a panic report, a panic "
                          "cannot be told from a power cut"}};
  ended.evidence.workload = &campaign_.workloads[cell_of(planned).workload_index];
  note(fmt::format("the machine went down under trial {} ({})", planned.index, cell_of(planned).text()));
  return record(ended);
}

/// Reports in the run's own folder that no recorded trial has: of an attempt that will be repeated.
Result<void> CampaignRun::store_orphans() {
  if (options_.reporter != ReporterKind::supervisor) return {};
  TRY_ASSIGN(const RunHistory history, parts_.journal.history(record_.uuid));
  const std::set<std::string> stored(history.report_keys.begin(), history.report_keys.end());
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

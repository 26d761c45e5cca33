#include "app/campaign/campaign_journal.h"

#include "app/ingest/ingest.h"

namespace faultline {
namespace {

TrialAmendment amendment_of(const Trial& trial, WallTime at) {
  TrialAmendment amendment;
  amendment.at = at;
  amendment.verdict = trial.verdict;
  amendment.uncaptured = trial.uncaptured;
  amendment.uncaptured_reason = trial.uncaptured_reason;
  amendment.contaminated = trial.contaminated;
  return amendment;
}

}  // namespace

Result<void> CampaignJournal::begin(const RunRecord& record) { return store_.begin_run(record); }

Result<void> CampaignJournal::resume(const RunRecord& record) {
  return store_.resume_run(record.uuid, clock_.wall(), record.planned_blocks);
}

Result<RunHistory> CampaignJournal::history(const Uuid& run) {
  RunHistory history;
  TRY_ASSIGN(history.ended, store_.trials_of(run));
  TRY_ASSIGN(history.reports, store_.reports_met_by(run));
  return history;
}

Result<void> CampaignJournal::trial_ended(const Trial& trial, const std::vector<CollectedReport>& reports) {
  std::vector<Analysis> analyses;
  analyses.reserve(reports.size());
  std::vector<NewReport> rows;
  rows.reserve(reports.size());
  for (const auto& report : reports) {
    analyses.push_back(derive(report.bytes, ReportOrigin::captured, rules_));
    rows.push_back({report.bytes, arrival(trial.run, trial.index, report), &analyses.back()});
  }
  const auto output_site = derive_output_site(trial, rules_);
  TRY(store_.record_trial(trial, rows, output_site ? &*output_site : nullptr));
  for (const auto& analysis : analyses) archiver_.keep(analysis.report);
  return {};
}

Result<void> CampaignJournal::report_arrived_late(const Trial& trial, const CollectedReport& report) {
  TRY_ASSIGN(const bool is_known, has_report(trial, report));
  if (is_known) return {};
  const auto analysis = derive(report.bytes, ReportOrigin::captured, rules_);
  TRY(store_.add_late_report(report.bytes, arrival(trial.run, trial.index, report), analysis,
                             amendment_of(trial, clock_.wall())));
  archiver_.keep(analysis.report);
  return {};
}

/// A resumed run meets again what lies in its folders.
Result<bool> CampaignJournal::has_report(const Trial& trial, const CollectedReport& report) {
  TRY_ASSIGN(const auto known, store_.find_known(report.bytes));
  if (!known) return false;
  TRY_ASSIGN(const auto arrived, store_.arrival_of(*known));
  const auto& attribution = arrived.attribution;
  return attribution && attribution->run == trial.run && attribution->trial_index == trial.index;
}

Result<void> CampaignJournal::foreign_report(const Uuid& run, const CollectedReport& report) {
  const auto analysis = derive(report.bytes, ReportOrigin::captured, rules_);
  TRY(store_.add_report(report.bytes, arrival(run, std::nullopt, report), analysis));
  return {};
}

Result<void> CampaignJournal::trials_contaminated(const Uuid& run,
                                                  const std::vector<std::int64_t>& trial_indexes) {
  for (const auto index : trial_indexes) {
    TRY_ASSIGN(auto trial, store_.find_trial(run, index));
    if (!trial) continue;
    trial->contaminated = true;
    TRY(store_.amend_trial(run, index, amendment_of(*trial, clock_.wall())));
  }
  return {};
}

Result<void> CampaignJournal::end(const Uuid& run, RunState state, const std::string& reason,
                                  WallTime ended) {
  TRY(store_.end_run(run, state, reason, ended));
  store_.optimize();
  return {};
}

ReportArrival CampaignJournal::arrival(const Uuid& run, std::optional<std::int64_t> trial_index,
                                       const CollectedReport& report) const {
  ReportArrival arrival;
  arrival.origin = ReportOrigin::captured;
  arrival.source_path = report.source.string();
  arrival.seen = clock_.wall();
  arrival.attribution =
      ReportAttribution{run, trial_index, std::string(attribution_basis_text(report.basis)), report.latency};
  return arrival;
}

}  // namespace faultline

#include "app/campaign/campaign_journal.h"

#include <fmt/format.h>

#include "analyzer/derive.h"
#include "core/model/gpu_error.h"

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

DeriveReport derive_captured(const SiteRules& rules) {
  return [&rules](std::string_view bytes, std::string_view output_gpu_error) {
    return derive(bytes, ReportOrigin::captured, rules, nullptr, output_gpu_error);
  };
}

Result<void> CampaignJournal::begin(const RunRecord& record) { return store_.begin_run(record); }

Result<void> CampaignJournal::resume(const RunRecord& record) {
  TRY(store_.resume_run(record.uuid, clock_.wall(), record.planned_blocks));
  TRY_ASSIGN(const auto underived, store_.underived_reports(record.uuid));
  for (const auto& report : underived) TRY(add_analysis(report.bytes, report.gpu_error));
  return add_missing_output_sites(record.uuid);
}

Result<void> CampaignJournal::add_missing_output_sites(const Uuid& run) {
  constexpr std::size_t kAtOnce = 500;
  std::int64_t after = -1;
  while (true) {
    TRY_ASSIGN(const auto trials, store_.uncaptured_trials(run, after, kAtOnce));
    for (const UncapturedTrial& stored : trials) {
      if (stored.run != run) return {};  // The next run's.
      after = stored.index;
      if (!stored.site_key.empty()) continue;
      Trial trial;
      trial.run = run;
      trial.index = stored.index;
      trial.argv = {stored.program};
      trial.uncaptured = true;
      trial.stderr_tail = stored.stderr_tail;
      TRY(add_output_site(trial));
    }
    if (trials.empty()) return {};
  }
}

Result<RunHistory> CampaignJournal::history(const Uuid& run) {
  RunHistory history;
  TRY_ASSIGN(history.ended, store_.trials_of(run));
  TRY_ASSIGN(history.reports, store_.reports_met_by(run));
  return history;
}

Result<void> CampaignJournal::trial_ended(const Trial& trial, const std::vector<CollectedReport>& reports) {
  std::vector<NewReport> rows;
  rows.reserve(reports.size());
  for (const auto& report : reports) rows.push_back(underived(trial.run, trial.index, report));
  TRY_ASSIGN(const auto added, store_.record_trial(trial, rows));
  const std::string gpu_error = gpu_error_of_notes(trial.verdict.notes);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (added[i].news != AddStatus::known) TRY(add_analysis(reports[i].bytes, gpu_error));
  }
  return add_output_site(trial);
}

Result<void> CampaignJournal::add_analysis(std::string_view bytes, std::string_view output_gpu_error) {
  const auto analysis = derive_report_(bytes, output_gpu_error);
  auto stored = store_.add_analysis(bytes, analysis, clock_.wall());
  if (!stored) {
    // A row that the store refuses is one report's issue. A disk that takes nothing is the run's: it stops,
    // and derives the report when it goes on.
    const ErrorKind kind = stored.error().kind();
    if (kind != ErrorKind::database && kind != ErrorKind::unsupported) return stored;
    const auto why = fmt::format("cannot be stored ({})", stored.error().text());
    return store_.add_analysis(bytes, unanalysed(ReportOrigin::captured, why), clock_.wall());
  }
  archiver_.keep(analysis.report);
  return {};
}

/// Where a trial crashed that left no report, as its output tells.
Result<void> CampaignJournal::add_output_site(const Trial& trial) {
  auto site = derive_output_site(trial, rules_);
  if (!site) return {};
  const NewOutputSite found{trial.run, trial.index, std::move(site)};
  return store_.replace_output_sites({&found, 1});
}

Result<void> CampaignJournal::report_arrived_late(const Trial& trial, const CollectedReport& report) {
  TRY_ASSIGN(const bool is_known, has_report(trial, report));
  if (is_known) return {};
  TRY_ASSIGN(const auto added, store_.add_late_report(underived(trial.run, trial.index, report),
                                                      amendment_of(trial, clock_.wall())));
  if (added.news == AddStatus::known) return {};
  return add_analysis(report.bytes, gpu_error_of_notes(trial.verdict.notes));
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
  const NewReport row = underived(run, std::nullopt, report);
  TRY_ASSIGN(const auto added, store_.add_reports({&row, 1}));
  return added.front().news == AddStatus::known ? Result<void>() : add_analysis(report.bytes, {});
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

NewReport CampaignJournal::underived(const Uuid& run, std::optional<std::int64_t> trial_index,
                                     const CollectedReport& report) const {
  NewReport row;
  row.bytes = report.bytes;
  row.arrival.origin = ReportOrigin::captured;
  row.arrival.source_path = report.source.string();
  row.arrival.seen = clock_.wall();
  row.arrival.attribution =
      ReportAttribution{run, trial_index, std::string(attribution_basis_text(report.basis)), report.latency};
  return row;
}

}  // namespace faultline

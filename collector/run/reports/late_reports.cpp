#include "collector/run/reports/late_reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "collector/run/trials/outcome.h"

namespace faultline {

Result<void> LateReports::add(Trial trial, const ArrivedReport& arrived, const ReportFacts& facts) {
  ++late_;
  decide_with_late_report(trial, facts, setting_.workload_of(trial.cell_index));
  trial.incidents.push_back(arrived.report.key());
  TRY(setting_.parts.journal.report_arrived_late(trial, arrived.report));
  tally_.set(trial);
  return {};
}

Result<void> LateReports::add_duplicate(const Trial& trial, const ArrivedReport& arrived) {
  return setting_.parts.journal.report_arrived_late(trial, arrived.report);
}

Result<bool> LateReports::add_panic(ArrivedReport& arrived, const ReportFacts& facts) {
  if (!facts.is_panic) return false;
  const auto& trials = tally_.trials();
  const auto found = std::find_if(trials.rbegin(), trials.rend(), [](const auto& entry) {
    return entry.second.verdict.rule == "boot_session_changed";
  });
  if (found == trials.rend()) return false;
  Trial trial = found->second;
  trial.verdict = {
      Outcome::panicked, "panic_report", {"the kernel panicked while the trial ran: " + facts.panic_string}};
  trial.incidents.push_back(arrived.report.key());
  arrived.trial_index = trial.index;
  arrived.report.basis = AttributionBasis::panic;
  TRY(setting_.parts.journal.report_arrived_late(trial, arrived.report));
  tally_.set(trial);
  return true;
}

Result<void> LateReports::add_foreign(const CollectedReport& report) {
  TRY(setting_.parts.journal.foreign_report(setting_.record.uuid, report));
  ++foreign_;
  return {};
}

Result<void> LateReports::contaminate(const std::vector<std::int64_t>& trials, WallTime time) {
  std::vector<std::int64_t> contaminated;
  for (const std::int64_t index : trials) {
    const Trial* recorded = tally_.find(index);
    if (recorded == nullptr || recorded->contaminated) continue;
    Trial trial = *recorded;
    trial.contaminated = true;
    tally_.set(trial);
    contaminated.push_back(index);
  }
  if (contaminated.empty()) return {};
  setting_.note(fmt::format("a GPU reset at {} contaminated {} recorded trials", format_utc(time),
                            contaminated.size()));
  return setting_.parts.journal.trials_contaminated(setting_.record.uuid, contaminated);
}

void LateReports::know(const RunReport& report) {
  if (!report.trial_index) ++foreign_;
  if (report.late) ++late_;
}

}  // namespace faultline

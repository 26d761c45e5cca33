// The journal of a run, kept in the store: reports are derived and committed with their trial.

#pragma once

#include "analyzer/site/frame_rules.h"
#include "app/ingest/image_archiver.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "db/store.h"

namespace faultline {

/// Once a report is stored, `archiver` sees which images it names.
///
/// Ownership: `store`, `rules`, `clock` and `archiver` must outlive it. Threads: the one that runs the
/// campaign.
class CampaignJournal final : public RunJournal {
 public:
  CampaignJournal(Store& store, const SiteRules& rules, const Clock& clock, ImageArchiver& archiver)
      : store_(store), rules_(rules), clock_(clock), archiver_(archiver) {}

  Result<void> begin(const RunRecord& record) override;
  Result<void> resume(const RunRecord& record) override;
  Result<RunHistory> history(const Uuid& run) override;
  Result<void> trial_ended(const Trial& trial, const std::vector<CollectedReport>& reports) override;
  Result<void> report_arrived_late(const Trial& trial, const CollectedReport& report) override;
  Result<void> foreign_report(const Uuid& run, const CollectedReport& report) override;
  Result<void> trials_contaminated(const Uuid& run, const std::vector<std::int64_t>& trial_indexes) override;
  Result<void> end(const Uuid& run, RunState state, const std::string& reason, WallTime ended) override;

 private:
  Result<bool> has_report(const Trial& trial, const CollectedReport& report);
  ReportArrival arrival(const Uuid& run, std::optional<std::int64_t> trial_index,
                        const CollectedReport& report) const;

  Store& store_;
  const SiteRules& rules_;
  const Clock& clock_;
  ImageArchiver& archiver_;
};

}  // namespace faultline

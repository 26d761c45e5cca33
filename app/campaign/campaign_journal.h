// The journal of a run, kept in the store: first the raw bytes of reports, then what is derived from them.

#pragma once

#include <string_view>

#include "analyzer/site/frame_rules.h"
#include "app/ingest/analysis_child.h"
#include "app/ingest/image_archiver.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"
#include "core/model/analysis.h"
#include "db/store.h"

namespace faultline {

/// derive() of analyzer/derive.h with these rules, which must outlive it.
DeriveReport derive_captured(const SiteRules& rules);

/// The bytes of a report are committed before `derive_report` is called. Once what it gave is stored,
/// `archiver` sees which images the report names. What an execution left underived that was killed is derived
/// when the run is resumed; what our own code failed on is stored as `unanalysed`, and no resumed run meets
/// it again.
///
/// Ownership: `store`, `rules`, `clock` and `archiver` must outlive it. Threads: the one that runs the
/// campaign.
class CampaignJournal final : public RunJournal {
 public:
  CampaignJournal(Store& store, const SiteRules& rules, const Clock& clock, ImageArchiver& archiver,
                  DeriveReport derive_report)
      : store_(store),
        rules_(rules),
        clock_(clock),
        archiver_(archiver),
        derive_report_(std::move(derive_report)) {}

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
  [[nodiscard]] NewReport underived(const Uuid& run, std::optional<std::int64_t> trial_index,
                                    const CollectedReport& report) const;
  Result<void> add_analysis(std::string_view bytes, std::string_view output_gpu_error);
  Result<void> add_output_site(const Trial& trial);
  Result<void> add_missing_output_sites(const Uuid& run);

  Store& store_;
  const SiteRules& rules_;
  const Clock& clock_;
  ImageArchiver& archiver_;
  DeriveReport derive_report_;
};

}  // namespace faultline

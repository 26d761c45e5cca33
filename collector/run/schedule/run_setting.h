// What the parts of one execution of a run share.

#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "collector/plan/schedule.h"
#include "collector/run/schedule/run_options.h"
#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// Made once, before anything of the run happens, and then only read.
///
/// Ownership: campaign, options, `stop` and what `parts` names must outlive it; it must outlive all that
/// refer to it.
struct RunSetting {
  const Campaign& campaign;
  const RunOptions& options;
  RunParts parts;
  const std::atomic<bool>& stop;  ///< A person asked for the end.
  RunRecord record;               ///< As this execution began.
  std::vector<Cell> cells;        ///< As the campaign has them; those of `record` may come from the store.
  std::filesystem::path run_folder;
  std::string boot_session;  ///< Empty where the system has none.

  [[nodiscard]] const Cell& cell_of(const PlannedTrial& planned) const { return cells[planned.cell_index]; }
  [[nodiscard]] const Workload& workload_of(std::size_t cell_index) const {
    return campaign.workloads[cells[cell_index].workload_index];
  }
  [[nodiscard]] bool supervisor_reports() const { return options.reporter == ReporterKind::supervisor; }
  /// One line for a person.
  void note(const std::string& message) const { parts.observer.noted(message); }
};

}  // namespace faultline

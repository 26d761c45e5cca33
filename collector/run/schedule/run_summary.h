// What came of a run: its counts, where every crash went, and what its control proves.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/trial/run_journal.h"
#include "core/model/trial.h"

namespace faultline {

/// Every crash of the run against its report, earlier executions included.
struct RunReconciliation {
  std::int64_t deaths = 0;      ///< Trials that are `crashed`.
  std::int64_t matched = 0;     ///< Of these, with at least one report.
  std::int64_t uncaptured = 0;  ///< Of these, without. deaths = matched + uncaptured.
  std::vector<std::pair<std::string, std::int64_t>> uncaptured_reasons;  ///< Most frequent first.
  std::int64_t reports = 0;  ///< Attributed reports; a trial may have several.
  std::int64_t foreign = 0;
  std::int64_t late = 0;                             ///< Came after their trial had been recorded.
  std::vector<std::chrono::milliseconds> latencies;  ///< Sorted; of reports that were waited for.
  std::int64_t unkillable = 0;                       ///< Processes that could not be killed.
};

/// Whether the cells that must crash did.
struct ControlResult {
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
  /// False where the control ran and nothing crashed, or where it never ran: the run proves nothing.
  [[nodiscard]] bool reproduced() const { return crashed > 0; }
};

struct RunSummary {
  RunRecord record;  ///< With its final state and reason.
  RunProgress progress;
  std::int64_t executed = 0;  ///< Trials of this execution.
  RunReconciliation reconciliation;
  std::optional<ControlResult> control;  ///< Absent where the campaign names none.
  std::vector<std::string> set_aside;    ///< Cells that took the machine down twice.
  /// `interrupted` since the time of --for was over: it goes on with the same command.
  bool is_slice = false;
  bool nothing_ran = false;  ///< It was stopped since every trial failed alike: its counts are no result.
};

}  // namespace faultline

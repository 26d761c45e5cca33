// The stop rules of campaigns, judged by anytime-valid statistics.

#pragma once

#include <cstddef>
#include <vector>

#include "collector/run/schedule/stop_evaluator.h"
#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// Threads: immutable once made.
class SequentialStopEvaluator final : public StopEvaluator {
 public:
  /// Fails where the rule compares a cell of the run with cells that are not in the run.
  static Result<SequentialStopEvaluator> make(const StopRule& rule, const std::vector<Cell>& cells);

  [[nodiscard]] std::vector<CellDecision> evaluate(const std::vector<Proportion>& crashed,
                                                   const std::vector<bool>& decided) const override;

 private:
  [[nodiscard]] std::vector<CellDecision> compared(const std::vector<Proportion>& crashed,
                                                   const std::vector<bool>& decided) const;

  StopRule rule_;
  std::vector<std::vector<std::size_t>> comparison_cells_;
};

}  // namespace faultline

// Decides whether enough is known of a cell. The statistics stand outside of the collector.

#pragma once

#include <string>
#include <vector>

#include "core/model/estimate.h"

namespace faultline {

/// What a stop rule says of one cell.
struct CellDecision {
  bool is_decided = false;
  std::string reason;  ///< Why, or what is still lacking; for people and for the run's record.
};

/// Asked after each block. Its answers must hold however often it is asked.
class StopEvaluator {
 public:
  virtual ~StopEvaluator() = default;
  /// `crashed` has the crashes among the counted trials of each cell, in the order of the run's cells;
  /// `decided`, which cells an earlier answer found decided: that stays so.
  [[nodiscard]] virtual std::vector<CellDecision> evaluate(const std::vector<Proportion>& crashed,
                                                           const std::vector<bool>& decided) const = 0;
};

}  // namespace faultline

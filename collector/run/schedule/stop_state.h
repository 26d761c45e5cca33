// What a stop rule has decided so far, block by block.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "collector/plan/schedule.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/schedule/stop_evaluator.h"
#include "core/model/campaign.h"

namespace faultline {

/// Looks at whole blocks only, in their order, so that a run that is resumed comes to the same decisions from
/// the recorded trials: they are not stored, but made again.
///
/// Ownership: `rule` and `evaluator` must outlive it. Threads: none.
class StopState {
 public:
  /// A cell that later blocks do without.
  struct LeftOut {
    std::size_t cell = 0;
    std::int64_t from_block = 0;
    std::string reason;
  };

  StopState(const StopRule& rule, const StopEvaluator& evaluator, std::size_t cell_count);

  /// Looks at every block that has become complete: all of its trials are recorded, but for cells that are
  /// set aside or left out. Gives the cells that are left out from now on.
  std::vector<LeftOut> look(Schedule& schedule, const RunTally& tally,
                            const std::set<std::size_t>& set_aside);

  /// Every cell that is not set aside is decided.
  [[nodiscard]] bool is_met() const { return is_met_; }
  /// For the run's record: `all 12 cells are decided after 37 blocks; left out: threads=1 lock=none from
  /// block 12 on`.
  [[nodiscard]] std::string summary(const std::vector<Cell>& cells,
                                    const std::set<std::size_t>& set_aside) const;

 private:
  [[nodiscard]] bool is_complete(Schedule& schedule, const RunTally& tally,
                                 const std::set<std::size_t>& set_aside) const;
  [[nodiscard]] std::vector<Proportion> counts(const RunTally& tally) const;

  const StopRule& rule_;
  const StopEvaluator& evaluator_;
  std::size_t cell_count_;
  std::int64_t blocks_ = 0;  // That were looked at.
  std::vector<bool> decided_;
  std::map<std::size_t, std::int64_t> left_out_;  // Cell -> from which block on.
  bool is_met_ = false;
};

}  // namespace faultline

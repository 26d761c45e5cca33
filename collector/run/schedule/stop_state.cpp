#include "collector/run/schedule/stop_state.h"

#include <fmt/format.h>

#include "core/base/check.h"

namespace faultline {

StopState::StopState(const StopRule& rule, const StopEvaluator& evaluator, std::size_t cell_count)
    : rule_(rule), evaluator_(evaluator), cell_count_(cell_count), decided_(cell_count, false) {}

bool StopState::is_complete(Schedule& schedule, const RunTally& tally,
                            const std::set<std::size_t>& set_aside) const {
  const auto cells = static_cast<std::int64_t>(cell_count_);
  for (std::int64_t index = blocks_ * cells; index < (blocks_ + 1) * cells; ++index) {
    const auto planned = schedule.trial(index);
    if (!planned) return false;                               // Past the end of the plan.
    if (!schedule.is_own_block(planned->block)) return true;  // Another host's.
    if (set_aside.contains(planned->cell_index) || left_out_.contains(planned->cell_index)) continue;
    if (tally.find(index) == nullptr) return false;
  }
  return true;
}

std::vector<Proportion> StopState::counts(const RunTally& tally) const {
  std::vector<Proportion> counts(cell_count_);
  for (const auto& [index, trial] : tally.trials()) {
    if (trial.block >= blocks_ || trial.cell_index >= cell_count_ || !counts_in_rates(trial)) continue;
    ++counts[trial.cell_index].trials;
    if (trial.verdict.outcome == Outcome::crashed) ++counts[trial.cell_index].counted;
  }
  return counts;
}

std::vector<StopState::LeftOut> StopState::look(Schedule& schedule, const RunTally& tally,
                                                const std::set<std::size_t>& set_aside) {
  std::vector<LeftOut> news;
  while (!is_met_ && is_complete(schedule, tally, set_aside)) {
    ++blocks_;
    const auto decisions = evaluator_.evaluate(counts(tally), decided_);
    CHECK(decisions.size() == cell_count_);
    is_met_ = true;
    for (std::size_t cell = 0; cell < cell_count_; ++cell) {
      decided_[cell] = decided_[cell] || decisions[cell].is_decided;
      is_met_ = is_met_ && (decided_[cell] || set_aside.contains(cell));
    }
    for (std::size_t cell = 0; rule_.allocate_undecided && !is_met_ && cell < cell_count_; ++cell) {
      if (!decided_[cell] || set_aside.contains(cell)) continue;
      if (left_out_.emplace(cell, blocks_).second) news.push_back({cell, blocks_, decisions[cell].reason});
    }
  }
  return news;
}

std::string StopState::summary(const std::vector<Cell>& cells, const std::set<std::size_t>& set_aside) const {
  std::size_t looked_at = 0;
  std::size_t decided = 0;
  for (std::size_t cell = 0; cell < cell_count_; ++cell) {
    if (set_aside.contains(cell)) continue;
    ++looked_at;
    if (decided_[cell]) ++decided;
  }
  std::string out =
      is_met_ ? fmt::format("all {} cells are decided after {} blocks", looked_at, blocks_)
              : fmt::format("{} of {} cells are decided after {} blocks", decided, looked_at, blocks_);
  const char* separator = "; left out: ";
  for (const auto& [cell, block] : left_out_) {
    out += fmt::format("{}{} from block {} on", separator, cells[cell].text(), block);
    separator = ", ";
  }
  return out;
}

}  // namespace faultline

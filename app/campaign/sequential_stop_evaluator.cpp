#include "app/campaign/sequential_stop_evaluator.h"

#include <algorithm>

#include "analyzer/statistics/sequential.h"
#include "collector/plan/stop_cells.h"

namespace faultline {
namespace {

CellDecision decision_of(StopDecision decision) { return {decision.stop, std::move(decision.reason)}; }

}  // namespace

Result<SequentialStopEvaluator> SequentialStopEvaluator::make(const StopRule& rule,
                                                              const std::vector<Cell>& cells) {
  SequentialStopEvaluator evaluator;
  evaluator.rule_ = rule;
  TRY_ASSIGN(evaluator.comparison_cells_, cells_against(rule, cells));
  return evaluator;
}

std::vector<CellDecision> SequentialStopEvaluator::evaluate(const std::vector<Proportion>& crashed,
                                                            const std::vector<bool>& decided) const {
  if (rule_.when == StopRule::When::decided) return compared(crashed, decided);
  std::vector<CellDecision> decisions;
  for (const Proportion& of : crashed) {
    decisions.push_back(decision_of(rule_.when == StopRule::When::interval
                                        ? stop_when_interval(of, rule_.width)
                                        : stop_when_below(of, rule_.rate)));
  }
  return decisions;
}

std::vector<CellDecision> SequentialStopEvaluator::compared(const std::vector<Proportion>& crashed,
                                                            const std::vector<bool>& decided) const {
  std::vector<CellDecision> decisions(crashed.size());
  const auto claims = std::count_if(comparison_cells_.begin(), comparison_cells_.end(),
                                    [](const auto& like) { return !like.empty(); });
  // A cell that others are compared with is needed until the last of them is decided.
  for (std::size_t cell = 0; cell < crashed.size(); ++cell) {
    if (comparison_cells_[cell].empty())
      decisions[cell] = {true, "every cell that is compared with it is decided"};
  }
  for (std::size_t cell = 0; cell < crashed.size(); ++cell) {
    if (comparison_cells_[cell].empty()) continue;
    if (decided[cell]) {
      decisions[cell] = {true, "decided before"};
      continue;
    }
    Proportion against;
    for (const std::size_t like : comparison_cells_[cell]) {
      against.counted += crashed[like].counted;
      against.trials += crashed[like].trials;
    }
    decisions[cell] = decision_of(stop_when_decided(crashed[cell], against, kDefaultLevel, claims));
    if (decisions[cell].is_decided) continue;
    for (const std::size_t like : comparison_cells_[cell])
      decisions[like] = {false, "a cell that is compared with it is undecided"};
  }
  return decisions;
}

}  // namespace faultline

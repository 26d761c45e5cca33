#include "collector/run/schedule/run_schedule.h"

#include "collector/run/schedule/run_planner.h"
#include "core/base/check.h"

namespace faultline {

RunSchedule::RunSchedule(const RunSetting& setting)
    : setting_(setting),
      schedule_(schedule_plan(setting.campaign, setting.options, setting.cells.size(), setting.record.seed)),
      is_counted_(is_counted(setting.campaign, setting.options)) {
  if (!setting.campaign.stop) return;
  CHECK(setting.parts.stop_evaluator != nullptr);
  stop_state_.emplace(*setting.campaign.stop, *setting.parts.stop_evaluator, setting.cells.size());
}

void RunSchedule::begin() {
  skipped_ = set_aside_;
  left_ = is_counted_ ? count_left(schedule_, recorded_, skipped_) : kUncountedTrials;
}

std::optional<PlannedTrial> RunSchedule::start_next() {
  const auto planned = next_trial(schedule_, cursor_, recorded_, skipped_);
  if (!planned) return std::nullopt;
  cursor_ = planned->index + 1;
  in_flight_.insert(planned->index);
  return planned;
}

void RunSchedule::recorded(const Trial& trial) {
  recorded_.insert(trial.index);
  // A cell may have been left out while this trial of it ran.
  if (!skipped_.contains(trial.cell_index)) --left_;
}

std::vector<StopState::LeftOut> RunSchedule::look_at_stop_rule(const RunTally& tally) {
  if (!stop_state_) return {};
  auto left_out = stop_state_->look(schedule_, tally, set_aside_);
  for (const StopState::LeftOut& one : left_out) skipped_.insert(one.cell);
  if (!left_out.empty() && is_counted_) left_ = count_left(schedule_, recorded_, skipped_);
  return left_out;
}

std::optional<std::int64_t> RunSchedule::left() const {
  if (!is_counted_) return std::nullopt;
  return left_;
}

std::optional<std::string> RunSchedule::why_over() const {
  if (stop_state_ && (stop_state_->is_met() || left_ == 0))
    return stop_state_->summary(setting_.cells, set_aside_);
  if (left_ == 0) return std::string();
  return std::nullopt;
}

}  // namespace faultline

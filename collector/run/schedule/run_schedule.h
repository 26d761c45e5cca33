// Which trial comes next, which are recorded, and how many are left.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "collector/plan/schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "collector/run/schedule/run_tally.h"
#include "collector/run/schedule/stop_state.h"

namespace faultline {

/// The plan of a run as far as it is done. First every recorded trial of earlier executions, then begin(),
/// then start_next(), ended() and recorded() for each trial.
///
/// Invariant: a trial is recorded exactly if the journal has it.
/// Ownership: `setting` must outlive it. Threads: the one that runs the campaign.
class RunSchedule {
 public:
  explicit RunSchedule(const RunSetting& setting);

  /// From here on set-aside cells are left out, and what is left is counted.
  void begin();
  /// The next one that is to run, now in flight; nullopt where none is left.
  std::optional<PlannedTrial> start_next();
  /// It came back from its worker, whether or not it counts.
  void ended(std::int64_t index) { in_flight_.erase(index); }
  void recorded(const Trial& trial);
  /// Whether it was not set aside before.
  bool set_aside(std::size_t cell) { return set_aside_.insert(cell).second; }
  /// After the last trial of a block: cells that a stop rule leaves out from now on; none without such a
  /// rule.
  std::vector<StopState::LeftOut> look_at_stop_rule(const RunTally& tally);

  /// The trial of that index, whoever runs it.
  [[nodiscard]] std::optional<PlannedTrial> find(std::int64_t index) { return schedule_.trial(index); }
  [[nodiscard]] bool is_recorded(std::int64_t index) const { return recorded_.contains(index); }
  [[nodiscard]] const std::set<std::int64_t>& in_flight() const { return in_flight_; }
  [[nodiscard]] const std::set<std::size_t>& cells_set_aside() const { return set_aside_; }
  [[nodiscard]] std::int64_t recorded_count() const { return static_cast<std::int64_t>(recorded_.size()); }
  /// Without those that are recorded; those that run now are in it. nullopt: the plan has no end.
  [[nodiscard]] std::optional<std::int64_t> left() const;
  /// Why the plan is over (empty: every trial is done); nullopt while it is not.
  [[nodiscard]] std::optional<std::string> why_over() const;

 private:
  const RunSetting& setting_;
  Schedule schedule_;
  bool is_counted_;
  std::set<std::int64_t> recorded_;
  std::set<std::int64_t> in_flight_;
  std::set<std::size_t> set_aside_;      // They took the machine down.
  std::set<std::size_t> skipped_;        // Set aside, or left out by the stop rule.
  std::optional<StopState> stop_state_;  // Where the campaign has a stop rule.
  std::int64_t cursor_ = 0;              // No trial below it is left to be started.
  std::int64_t left_ = 0;
};

}  // namespace faultline

// The time and the disk space that a run may use.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "collector/run/schedule/run_schedule.h"
#include "collector/run/schedule/run_setting.h"
#include "core/base/clock.h"
#include "core/model/trial.h"

namespace faultline {

/// Why a run is over.
struct RunEnding {
  RunState state = RunState::finished;
  std::string reason{};   ///< Empty where the state says it all.
  bool is_slice = false;  ///< The time of --for is over, the run is not.
};

/// Counts from when it is made.
///
/// Ownership: `setting` must outlive it. Threads: the one that runs the campaign.
class RunLimits {
 public:
  explicit RunLimits(const RunSetting& setting);

  /// Which limit is reached, if any: the time is over, or the disk is nearly full.
  std::optional<RunEnding> reached(const RunSchedule& schedule);

  /// Of this execution.
  [[nodiscard]] std::chrono::nanoseconds elapsed() const;
  /// Until the time is over; nullopt where it is not limited.
  [[nodiscard]] std::optional<std::chrono::nanoseconds> time_left() const;
  /// At the last look; 0 where it is not known.
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }

 private:
  const RunSetting& setting_;
  MonotonicTime began_;
  std::optional<std::chrono::nanoseconds> duration_;
  std::uint64_t free_bytes_ = 0;
};

}  // namespace faultline

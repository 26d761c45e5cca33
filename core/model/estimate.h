// Numbers that carry their sample size.

#pragma once

#include <cstdint>

namespace faultline {

/// k of n. The ratio is derived; a bare percentage does not exist.
struct Proportion {
  std::int64_t counted = 0;
  std::int64_t trials = 0;
  /// 0 where there are no trials.
  [[nodiscard]] double ratio() const {
    return trials == 0 ? 0.0 : static_cast<double>(counted) / static_cast<double>(trials);
  }
  [[nodiscard]] bool is_valid() const { return trials >= 0 && counted >= 0 && counted <= trials; }
  friend bool operator==(const Proportion&, const Proportion&) = default;
};

/// Closed; both ends as ratios in [0, 1] for a rate.
struct Interval {
  double low = 0.0;
  double high = 1.0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// Which ends of an interval are findings; the other end of a bound is 0 or 1.
enum class IntervalSide { two_sided, upper, lower };

}  // namespace faultline

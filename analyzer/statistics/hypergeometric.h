// The distribution of one cell of a 2x2 table, given its margins.

#pragma once

#include <cstdint>

#include "core/model/estimate.h"

namespace faultline {

/// How many of `marked` fall to one side, when that side takes `drawn` of `total` at random.
struct Hypergeometric {
  std::int64_t total = 0;
  std::int64_t marked = 0;
  std::int64_t drawn = 0;

  /// The count of a, given both totals: what a common rate leaves to chance.
  static Hypergeometric of_counted(const Proportion& a, const Proportion& b) {
    return {a.trials + b.trials, a.counted + b.counted, a.trials};
  }

  [[nodiscard]] std::int64_t least() const;
  [[nodiscard]] std::int64_t most() const;
  /// A most probable count.
  [[nodiscard]] std::int64_t mode() const;
  [[nodiscard]] double pmf(std::int64_t x) const;
  /// pmf(x+1) / pmf(x)
  [[nodiscard]] double step_up(std::int64_t x) const;
  /// P(X <= x). Sums the shorter tail until its terms vanish: O(sqrt(total)).
  [[nodiscard]] double lower_tail(std::int64_t x) const;
  /// P(X >= x)
  [[nodiscard]] double upper_tail(std::int64_t x) const;
};

}  // namespace faultline

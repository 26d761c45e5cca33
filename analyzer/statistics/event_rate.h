// Events per amount of work: crashes per million operations, per hour.

#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The exact interval of a Poisson rate (Garwood 1936, Biometrika 28:437): quantiles of gamma
/// distributions over `exposure` (operations, seconds). Assumes that events come at a constant rate per
/// unit of work, one independent of the other; where crashes come early or late (survival.h), it does not
/// hold. In units of 1/exposure; exposure 0 gives [0, infinite).
Interval poisson_rate(std::int64_t events, double exposure, double level = kDefaultLevel);

/// What happened in one night, and in how much work.
struct WorkedNight {
  std::int64_t events = 0;
  double work = 0.0;
};

struct EventRate {
  double rate = 0.0;  ///< Events per unit of work.
  Interval interval;
  double factor = 1.0;  ///< Variance between nights against Poisson's, at least 1.
  double p_value = 1.0;
  bool widened = false;  ///< Nights differ beyond chance (p < 0.05), and the interval allows for it.
};

/// The rate over several nights, overdispersed where they differ: Pearson's chi-squared given the total, by
/// 2,000 seeded deals where a night expects fewer than five events; then events and work both count for
/// 1 / factor * (z / t(nights - 1))^2 of themselves in poisson_rate()'s interval (quasi-Poisson: McCullagh
/// and Nelder 1989, Generalized Linear Models, 6.2). Nights without work are passed over.
EventRate event_rate(const std::vector<WorkedNight>& nights, double level = kDefaultLevel);

}  // namespace faultline

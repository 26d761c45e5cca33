// How far trials come before they crash, where passing is an end of its own.
//
// A trial with a fixed amount of work that passed did all of it: it will not crash later. To call it censored
// (as survival.h does) is to say that it would have, and makes half of the trials crash "in the end" where
// one in ten did. Here passing competes with crashing; only a trial that was stopped from outside (a time
// limit) is censored.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

enum class TrialFate { crashed, ended, censored };

/// One trial: how far it came, and how that ended.
struct TrialCourse {
  double time = 0.0;
  TrialFate fate = TrialFate::crashed;
  friend bool operator==(const TrialCourse&, const TrialCourse&) = default;
};

/// From `time` (inclusive) to the next step.
struct IncidenceStep {
  double time = 0.0;
  std::int64_t at_risk = 0;  ///< Still running just before.
  std::int64_t crashed = 0;
  std::int64_t ended = 0;
  std::int64_t censored = 0;
  double incidence = 0.0;  ///< The share that has crashed by then.
  double standard_error = 0.0;
  std::optional<Interval> interval;  ///< Pointwise, log-log; absent where the incidence is 0 or 1.
};

struct IncidenceCurve {
  std::vector<IncidenceStep> steps;  ///< One per distinct time, ascending.
  std::int64_t trials = 0;
  std::int64_t crashed = 0;
  std::optional<double> median;      ///< By when half have crashed; absent where fewer ever do.
  std::optional<double> median_low;  ///< Where the interval's upper curve reaches 1/2; absent: nowhere.
  std::optional<double> median_high;
};

/// Aalen and Johansen's estimate of the cumulative incidence of crashes (1978, Scand. J. Statist. 5:141),
/// with its variance by the delta method (Marubini and Valsecchi 1995, Analysing Survival Data, 10.3), as R's
/// survival package has the estimate. Without any `ended` trial it is 1 less Kaplan and Meier's curve.
IncidenceCurve cumulative_incidence(std::vector<TrialCourse> courses, double level = kDefaultLevel);

}  // namespace faultline

#include "analyzer/statistics/competing_ends.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"

namespace faultline {
namespace {

/// The sums over past times from which the variance at any later one follows.
struct VarianceSums {
  double hazard = 0.0;            // sum of d / (n (n - d)) over all ends
  double hazard_incidence = 0.0;  // the same times the incidence
  double hazard_squares = 0.0;    // the same times its square
  double crashes = 0.0;           // sum of S^2 (n - d1) d1 / n^3
  double mixed = 0.0;             // sum of S d1 / n^2
  double mixed_incidence = 0.0;   // the same times the incidence

  void add(double n, double ends, double crashes_now, double survival_before, double incidence) {
    const double part = n > ends ? ends / (n * (n - ends)) : 0.0;
    hazard += part;
    hazard_incidence += part * incidence;
    hazard_squares += part * incidence * incidence;
    crashes += survival_before * survival_before * (n - crashes_now) * crashes_now / (n * n * n);
    const double cross = survival_before * crashes_now / (n * n);
    mixed += cross;
    mixed_incidence += cross * incidence;
  }

  [[nodiscard]] double variance_at(double incidence) const {
    const double of_survival =
        incidence * incidence * hazard - 2.0 * incidence * hazard_incidence + hazard_squares;
    return std::max(0.0, of_survival + crashes - 2.0 * (incidence * mixed - mixed_incidence));
  }
};

std::optional<Interval> incidence_interval(double incidence, double error, double z) {
  if (incidence <= 0.0 || incidence >= 1.0) return std::nullopt;
  const double log_incidence = std::log(incidence);
  const double half = z * error / std::fabs(incidence * log_incidence);
  return Interval{std::pow(incidence, std::exp(half)), std::pow(incidence, std::exp(-half))};
}

template <typename Curve>
std::optional<double> first_at_half(const std::vector<IncidenceStep>& steps, const Curve& curve) {
  constexpr double kTolerance = 1e-12;
  for (const IncidenceStep& step : steps) {
    const std::optional<double> value = curve(step);
    if (value && *value >= 0.5 - kTolerance) return step.time;
  }
  return std::nullopt;
}

}  // namespace

IncidenceCurve cumulative_incidence(std::vector<TrialCourse> courses, double level) {
  std::sort(courses.begin(), courses.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  IncidenceCurve curve;
  curve.trials = static_cast<std::int64_t>(courses.size());
  const double z = normal_quantile(0.5 + level / 2.0);
  VarianceSums sums;
  double survival = 1.0;
  double incidence = 0.0;
  std::int64_t at_risk = curve.trials;
  for (std::size_t i = 0; i < courses.size();) {
    IncidenceStep step;
    step.time = courses[i].time;
    step.at_risk = at_risk;
    for (; i < courses.size() && courses[i].time == step.time; ++i) {
      step.crashed += courses[i].fate == TrialFate::crashed ? 1 : 0;
      step.ended += courses[i].fate == TrialFate::ended ? 1 : 0;
      step.censored += courses[i].fate == TrialFate::censored ? 1 : 0;
    }
    const double n = static_cast<double>(at_risk);
    const double crashes = static_cast<double>(step.crashed);
    const double ends = crashes + static_cast<double>(step.ended);
    incidence += survival * crashes / n;
    sums.add(n, ends, crashes, survival, incidence);
    survival *= 1.0 - ends / n;
    at_risk -= step.crashed + step.ended + step.censored;
    curve.crashed += step.crashed;
    step.incidence = incidence;
    step.standard_error = std::sqrt(sums.variance_at(incidence));
    step.interval = incidence_interval(incidence, step.standard_error, z);
    curve.steps.push_back(step);
  }
  using Value = std::optional<double>;
  curve.median =
      first_at_half(curve.steps, [](const IncidenceStep& step) -> Value { return step.incidence; });
  curve.median_low = first_at_half(curve.steps, [](const IncidenceStep& step) -> Value {
    return step.interval ? Value(step.interval->high) : std::nullopt;
  });
  curve.median_high = first_at_half(curve.steps, [](const IncidenceStep& step) -> Value {
    return step.interval ? Value(step.interval->low) : std::nullopt;
  });
  return curve;
}

}  // namespace faultline

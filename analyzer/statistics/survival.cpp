#include "analyzer/statistics/survival.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/exact_tests.h"

namespace faultline {
namespace {

// A curve that is 1/2 on paper may be off in the last digits.
constexpr double kHalfTolerance = 1.5e-8;

/// The first time at which `curve` is at most 1/2; `curve` gives nothing where it is not defined.
template <typename Curve>
std::optional<double> crossing(const std::vector<SurvivalStep>& steps, const Curve& curve) {
  std::optional<double> flat_since;
  double flat_value = 0.0;
  for (const SurvivalStep& step : steps) {
    const std::optional<double> value = curve(step);
    if (!value) continue;
    if (flat_since) {
      if (*value < flat_value) return 0.5 * (*flat_since + step.time);
      continue;
    }
    if (!(*value < 0.5 + kHalfTolerance)) continue;
    if (std::fabs(*value - 0.5) >= kHalfTolerance) return step.time;
    flat_since = step.time;
    flat_value = *value;
  }
  return flat_since;
}

std::optional<Interval> log_log_interval(double survival, double hazard_variance, double z) {
  if (survival >= 1.0 || survival <= 0.0) return std::nullopt;
  const double log_survival = std::log(survival);
  const double center = std::log(-log_survival);
  const double half = z * std::sqrt(hazard_variance) / std::fabs(log_survival);
  return Interval{std::exp(-std::exp(center + half)), std::exp(-std::exp(center - half))};
}

/// Solves a symmetric positive definite system by Cholesky; false where it is singular.
bool solve(std::vector<std::vector<double>> matrix, std::vector<double>& right) {
  const std::size_t size = right.size();
  for (std::size_t k = 0; k < size; ++k) {
    if (!(matrix[k][k] > 1e-12)) return false;
    for (std::size_t i = k + 1; i < size; ++i) {
      const double factor = matrix[i][k] / matrix[k][k];
      for (std::size_t j = k; j < size; ++j) matrix[i][j] -= factor * matrix[k][j];
      right[i] -= factor * right[k];
    }
  }
  for (std::size_t k = size; k-- > 0;) {
    for (std::size_t j = k + 1; j < size; ++j) right[k] -= matrix[k][j] * right[j];
    right[k] /= matrix[k][k];
  }
  return true;
}

struct Marked {
  double time;
  bool crashed;
  std::size_t group;
};

}  // namespace

SurvivalCurve kaplan_meier(std::vector<Lifetime> lifetimes, double level) {
  std::sort(lifetimes.begin(), lifetimes.end(), [](const auto& a, const auto& b) { return a.time < b.time; });
  SurvivalCurve curve;
  curve.trials = static_cast<std::int64_t>(lifetimes.size());
  const double z = normal_quantile(0.5 + level / 2.0);
  double survival = 1.0;
  double hazard_variance = 0.0;
  std::int64_t at_risk = curve.trials;
  for (std::size_t i = 0; i < lifetimes.size();) {
    SurvivalStep step;
    step.time = lifetimes[i].time;
    step.at_risk = at_risk;
    for (; i < lifetimes.size() && lifetimes[i].time == step.time; ++i) {
      ++(lifetimes[i].crashed ? step.crashed : step.censored);
    }
    const double n = static_cast<double>(at_risk);
    const double d = static_cast<double>(step.crashed);
    survival *= 1.0 - d / n;
    // At the last crash of all, n = d: the survival is 0, and its error has no meaning.
    if (step.crashed < at_risk) hazard_variance += d / (n * (n - d));
    at_risk -= step.crashed + step.censored;
    curve.crashed += step.crashed;
    step.survival = survival;
    step.standard_error = survival * std::sqrt(hazard_variance);
    step.interval = log_log_interval(survival, hazard_variance, z);
    curve.steps.push_back(step);
  }
  using Value = std::optional<double>;
  curve.median = crossing(curve.steps, [](const SurvivalStep& step) -> Value { return step.survival; });
  curve.median_low = crossing(curve.steps, [](const SurvivalStep& step) -> Value {
    return step.interval ? Value(step.interval->low) : std::nullopt;
  });
  curve.median_high = crossing(curve.steps, [](const SurvivalStep& step) -> Value {
    return step.interval ? Value(step.interval->high) : std::nullopt;
  });
  return curve;
}

LogRankTest log_rank(const std::vector<std::vector<Lifetime>>& groups) {
  std::vector<Marked> all;
  std::vector<double> at_risk;
  for (const auto& group : groups) {
    if (group.empty()) continue;
    for (const Lifetime& one : group) all.push_back({one.time, one.crashed, at_risk.size()});
    at_risk.push_back(static_cast<double>(group.size()));
  }
  if (at_risk.size() < 2) return {};
  std::sort(all.begin(), all.end(), [](const Marked& a, const Marked& b) { return a.time < b.time; });
  // The last group follows from the others.
  const std::size_t free = at_risk.size() - 1;
  std::vector<double> deviation(free, 0.0);
  std::vector<std::vector<double>> variance(free, std::vector<double>(free, 0.0));
  for (std::size_t i = 0; i < all.size();) {
    std::vector<double> left(at_risk.size(), 0.0);
    std::vector<double> crashed(at_risk.size(), 0.0);
    const double time = all[i].time;
    for (; i < all.size() && all[i].time == time; ++i) {
      left[all[i].group] += 1.0;
      if (all[i].crashed) crashed[all[i].group] += 1.0;
    }
    double n = 0.0;
    double d = 0.0;
    for (std::size_t g = 0; g < at_risk.size(); ++g) {
      n += at_risk[g];
      d += crashed[g];
    }
    const double spread = n > 1.0 ? d * (n - d) / (n - 1.0) : 0.0;
    for (std::size_t g = 0; g < free; ++g) {
      const double share = at_risk[g] / n;
      deviation[g] += crashed[g] - d * share;
      for (std::size_t h = 0; h < free; ++h) {
        variance[g][h] += spread * ((g == h ? share : 0.0) - share * at_risk[h] / n);
      }
    }
    for (std::size_t g = 0; g < at_risk.size(); ++g) at_risk[g] -= left[g];
  }
  std::vector<double> solution = deviation;
  if (!solve(variance, solution)) return {};
  LogRankTest out;
  for (std::size_t g = 0; g < free; ++g) out.statistic += deviation[g] * solution[g];
  out.p_value = chi_squared_survival(out.statistic, static_cast<double>(free));
  return out;
}

CrashTiming crash_timing(const std::vector<Lifetime>& lifetimes) {
  CrashTiming out;
  double longest = 0.0;
  for (const Lifetime& one : lifetimes) longest = std::max(longest, one.time);
  const double half = longest / 2.0;
  for (const Lifetime& one : lifetimes) {
    out.early_exposure += std::min(one.time, half);
    out.late_exposure += std::max(0.0, one.time - half);
    if (one.crashed) ++(one.time <= half ? out.early : out.late);
  }
  const double exposure = out.early_exposure + out.late_exposure;
  if (out.early + out.late > 0 && exposure > 0.0) {
    out.p_value = binomial_exact({out.early, out.early + out.late}, out.early_exposure / exposure);
  }
  return out;
}

}  // namespace faultline

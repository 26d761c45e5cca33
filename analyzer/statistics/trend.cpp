#include "analyzer/statistics/trend.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <unordered_map>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/night_tests.h"

namespace faultline {
namespace {

constexpr int kShuffles = 2'000;
// Beyond this many counted trials a shuffle costs too much, and the expected counts are large anyway.
constexpr std::int64_t kShuffleLimit = 20'000;

double chi_squared(const std::vector<Proportion>& groups, const Proportion& all) {
  const double p = all.ratio();
  double sum = 0.0;
  for (const Proportion& group : groups) {
    const double n = static_cast<double>(group.trials);
    const double deviation = static_cast<double>(group.counted) - n * p;
    sum += deviation * deviation / (n * p * (1.0 - p));
  }
  return sum;
}

/// A number below `bound`, the same on every system (the distributions of <random> are not).
std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) {
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    const std::uint64_t value = random();
    if (value < limit) return value % bound;
  }
}

/// The share of shuffles whose statistic is at least that seen. The marks (the rarer kind) are dealt out
/// among all trials; a partial Fisher-Yates shuffle that remembers only what it moved.
double shuffled_p_value(const std::vector<Proportion>& groups, const Proportion& all, double seen) {
  const bool mark_counted = all.counted <= all.trials - all.counted;
  const std::int64_t marks = mark_counted ? all.counted : all.trials - all.counted;
  std::vector<std::int64_t> ends;
  std::int64_t end = 0;
  for (const Proportion& group : groups) ends.push_back(end += group.trials);
  std::mt19937_64 random(1);
  int as_extreme = 0;
  std::vector<Proportion> dealt(groups);
  std::unordered_map<std::int64_t, std::int64_t> moved;
  for (int shuffle = 0; shuffle < kShuffles; ++shuffle) {
    for (Proportion& group : dealt) group.counted = mark_counted ? 0 : group.trials;
    moved.clear();
    for (std::int64_t i = 0; i < marks; ++i) {
      const auto j = i + static_cast<std::int64_t>(below(random, static_cast<std::uint64_t>(all.trials - i)));
      const auto at = [&](std::int64_t place) { return moved.count(place) != 0 ? moved[place] : place; };
      const std::int64_t chosen = at(j);
      moved[j] = at(i);
      const auto group = std::upper_bound(ends.begin(), ends.end(), chosen) - ends.begin();
      dealt[static_cast<std::size_t>(group)].counted += mark_counted ? 1 : -1;
    }
    if (chi_squared(dealt, all) >= seen * (1.0 - 1e-9)) ++as_extreme;
  }
  // The deal that was seen is one of them.
  return (as_extreme + 1.0) / (kShuffles + 1.0);
}

std::vector<Proportion> with_trials(const std::vector<Proportion>& groups) {
  std::vector<Proportion> kept;
  for (const Proportion& group : groups) {
    if (group.trials > 0) kept.push_back(group);
  }
  return kept;
}

}  // namespace

TrendTest cochran_armitage(const std::vector<ScoredProportion>& rows) {
  double n = 0.0;
  double counted = 0.0;
  double weighted = 0.0;
  for (const ScoredProportion& row : rows) {
    n += static_cast<double>(row.of.trials);
    counted += static_cast<double>(row.of.counted);
    weighted += static_cast<double>(row.of.trials) * row.score;
  }
  TrendTest out;
  if (n == 0.0) return out;
  const double p = counted / n;
  const double mean = weighted / n;
  double covariance = 0.0;
  double spread = 0.0;
  for (const ScoredProportion& row : rows) {
    const double trials = static_cast<double>(row.of.trials);
    const double distance = row.score - mean;
    covariance += distance * (static_cast<double>(row.of.counted) - trials * p);
    spread += trials * distance * distance;
  }
  if (!(spread > 0.0)) return out;
  out.slope = covariance / spread;
  if (counted == 0.0 || counted == n) return out;
  out.statistic = covariance * covariance / (p * (1.0 - p) * spread);
  out.p_value = chi_squared_survival(out.statistic, 1.0);
  return out;
}

Dispersion overdispersion(const std::vector<Proportion>& given) {
  const std::vector<Proportion> groups = with_trials(given);
  const Proportion all = pooled(groups);
  Dispersion out;
  out.groups = groups.size();
  if (groups.size() < 2 || all.counted == 0 || all.counted == all.trials) return out;
  out.statistic = chi_squared(groups, all);
  const double freedom = static_cast<double>(groups.size()) - 1.0;
  out.factor = std::max(1.0, out.statistic / freedom);
  const double rarer = std::min(all.ratio(), 1.0 - all.ratio());
  const bool is_sparse = std::any_of(groups.begin(), groups.end(), [&](const Proportion& group) {
    return static_cast<double>(group.trials) * rarer < 5.0;
  });
  out.simulated = is_sparse && std::min(all.counted, all.trials - all.counted) <= kShuffleLimit;
  out.p_value = out.simulated ? shuffled_p_value(groups, all, out.statistic)
                              : chi_squared_survival(out.statistic, freedom);
  double squares = 0.0;
  for (const Proportion& group : groups)
    squares += static_cast<double>(group.trials) * static_cast<double>(group.trials);
  const double n = static_cast<double>(all.trials);
  const double size = (n - squares / n) / freedom;
  if (size > 1.0) out.correlation = std::min(1.0, (out.factor - 1.0) / (size - 1.0));
  out.is_overdispersed = out.p_value < 0.05 && out.factor > 1.0;
  return out;
}

double homogeneity_statistic(const std::vector<Proportion>& given) {
  const std::vector<Proportion> groups = with_trials(given);
  const Proportion all = pooled(groups);
  return all.counted == 0 || all.counted == all.trials ? 0.0 : chi_squared(groups, all);
}

Interval overdispersed_interval(const std::vector<Proportion>& given, double level) {
  const std::vector<Proportion> groups = with_trials(given);
  if (groups.size() < 2) return {};
  return effective_interval(pooled(groups), overdispersion(groups).factor,
                            static_cast<double>(groups.size()) - 1.0, level);
}

Interval effective_interval(const Proportion& of, double factor, double freedom, double level) {
  if (of.trials == 0 || !(freedom > 0.0)) return {0.0, 1.0};
  const double alpha = (1.0 - level) / 2.0;
  const double n = static_cast<double>(of.trials);
  const double of_trials = of.trials < 2 ? 1.0 : student_t_quantile(1.0 - alpha, n - 1.0);
  const double of_groups = student_t_quantile(1.0 - alpha, freedom);
  const double effective = std::min(n, n / factor * (of_trials / of_groups) * (of_trials / of_groups));
  const double k = of.ratio() * effective;
  return {of.counted == 0 ? 0.0 : beta_quantile(k, effective - k + 1.0, alpha),
          of.counted == of.trials ? 1.0 : beta_quantile(k + 1.0, effective - k, 1.0 - alpha)};
}

}  // namespace faultline

#include "analyzer/statistics/order_tests.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/trend.h"

namespace faultline {
namespace {

constexpr std::size_t kMostExactRun = 1'000;
constexpr std::size_t kParts = 10;
constexpr double kMostCorrelation = 0.95;

/// What one sequence adds to the sums over all.
struct Parts {
  double runs_below = 0.0;  ///< Runs less those expected, summed.
  double runs_variance = 0.0;
  double drift = 0.0;  ///< Sum of (place - mean) * outcome.
  double drift_variance = 0.0;
  double neighbours = 0.0;  ///< Sum of products of neighbours' deviations.
  double squares = 0.0;
  double dispersion = 0.0;  ///< Pearson's chi-squared over the parts of the sequence.
  double freedom = 0.0;
};

double normal_below(double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); }

std::int64_t count_runs(const TrialSequence& sequence) {
  std::int64_t runs = 1;
  for (std::size_t i = 1; i < sequence.size(); ++i) runs += sequence[i] != sequence[i - 1] ? 1 : 0;
  return runs;
}

/// P(at most `runs` runs) where k of n are counted, all orders alike.
double exact_runs_p(std::int64_t runs, std::int64_t k, std::int64_t n) {
  const std::int64_t rest = n - k;
  const double all = log_choose(n, k);
  double sum = 0.0;
  for (std::int64_t r = 2; r <= runs; ++r) {
    const std::int64_t half = r / 2;
    // An even number begins with either kind, an odd one has one run more of one of them.
    const auto ways = [&](std::int64_t of_counted, std::int64_t of_rest) {
      if (of_counted < 1 || of_rest < 1 || of_counted > k || of_rest > rest) return 0.0;
      return std::exp(log_choose(k - 1, of_counted - 1) + log_choose(rest - 1, of_rest - 1) - all);
    };
    sum += r % 2 == 0 ? 2.0 * ways(half, half) : ways(half + 1, half) + ways(half, half + 1);
  }
  return std::min(1.0, sum);
}

std::vector<Proportion> cut(const TrialSequence& sequence) {
  const std::size_t parts = std::min(kParts, sequence.size() / 2);
  std::vector<Proportion> out(parts);
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    Proportion& part = out[i * parts / sequence.size()];
    ++part.trials;
    part.counted += sequence[i] ? 1 : 0;
  }
  return out;
}

void add(Parts& sum, const TrialSequence& sequence, double counted) {
  const auto n = static_cast<double>(sequence.size());
  const double p = counted / n;
  const double twice = 2.0 * counted * (n - counted);
  sum.runs_below += static_cast<double>(count_runs(sequence)) - (1.0 + twice / n);
  sum.runs_variance += twice * (twice - n) / (n * n * (n - 1.0));
  const double middle = (n - 1.0) / 2.0;
  for (std::size_t i = 0; i < sequence.size(); ++i) {
    const double here = (sequence[i] ? 1.0 : 0.0) - p;
    sum.drift += (static_cast<double>(i) - middle) * here;
    sum.squares += here * here;
    if (i + 1 < sequence.size()) sum.neighbours += here * ((sequence[i + 1] ? 1.0 : 0.0) - p);
  }
  // Of a sum over a random order: the products of the sums of squares over n - 1.
  sum.drift_variance += n * (n * n - 1.0) / 12.0 * n * p * (1.0 - p) / (n - 1.0);
  const auto parts = cut(sequence);
  sum.dispersion += homogeneity_statistic(parts);
  sum.freedom += static_cast<double>(parts.size()) - 1.0;
}

}  // namespace

OrderTests order_tests(const std::vector<TrialSequence>& sequences) {
  Parts sum;
  const TrialSequence* last = nullptr;
  std::size_t told = 0;
  std::int64_t last_counted = 0;
  for (const TrialSequence& sequence : sequences) {
    const auto counted = std::count(sequence.begin(), sequence.end(), true);
    if (counted == 0 || counted == static_cast<std::ptrdiff_t>(sequence.size()) || sequence.size() < 4)
      continue;
    add(sum, sequence, static_cast<double>(counted));
    last = &sequence;
    last_counted = counted;
    ++told;
  }
  OrderTests out;
  if (told == 0) return out;
  if (told == 1 && last->size() <= kMostExactRun) {
    out.runs_p = exact_runs_p(count_runs(*last), last_counted, static_cast<std::int64_t>(last->size()));
  } else if (sum.runs_variance > 0.0) {
    out.runs_p = normal_below((sum.runs_below + 0.5) / std::sqrt(sum.runs_variance));
  }
  out.drift_p = chi_squared_survival(sum.drift * sum.drift / sum.drift_variance, 1.0);
  out.lag1_correlation = sum.neighbours / sum.squares;
  out.matters = 2.0 * std::min(out.runs_p, out.drift_p) < 0.05;
  const double r = std::clamp(out.lag1_correlation, 0.0, kMostCorrelation);
  out.freedom = sum.freedom;
  out.factor = std::max((1.0 + r) / (1.0 - r), sum.freedom > 0.0 ? sum.dispersion / sum.freedom : 1.0);
  return out;
}

Interval ordered_interval(const Proportion& of, const OrderTests& order, double level) {
  return effective_interval(of, order.factor, order.freedom, level);
}

}  // namespace faultline

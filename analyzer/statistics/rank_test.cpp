#include "analyzer/statistics/rank_test.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/metric_summary.h"
#include "analyzer/statistics/multiple_claims.h"

namespace faultline {
namespace {

constexpr std::size_t kMostExact = 49;

bool is_exact(std::size_t n_a, std::size_t n_b) { return std::max(n_a, n_b) <= kMostExact; }

/// P(U = u) for all u of 0..n_a n_b, without ties: the coefficients of the Gaussian binomial, made one
/// value of a side at a time.
std::vector<double> rank_sum_pmf(std::size_t n_a, std::size_t n_b) {
  std::vector<double> ways(n_a * n_b + 1, 0.0);
  ways[0] = 1.0;
  double all = 1.0;
  for (std::size_t i = 1; i <= n_a; ++i) {
    // Times (1 - q^(n_b + i)) / (1 - q^i).
    for (std::size_t u = ways.size(); u-- > n_b + i;) ways[u] -= ways[u - n_b - i];
    for (std::size_t u = i; u < ways.size(); ++u) ways[u] += ways[u - i];
    all *= static_cast<double>(n_b + i) / static_cast<double>(i);
  }
  for (double& one : ways) one /= all;
  return ways;
}

/// Wins of a over b, each tie half a win; and what ties take off the variance.
struct RankSum {
  double wins = 0.0;
  double tie_term = 0.0;  ///< Sum of t^3 - t.
};

RankSum rank_sum(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<std::pair<double, bool>> all;
  for (const double value : a) all.emplace_back(value, true);
  for (const double value : b) all.emplace_back(value, false);
  std::sort(all.begin(), all.end());
  RankSum out;
  double below = 0.0;
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    double of_a = 0.0;
    for (; end < all.size() && all[end].first == all[i].first; ++end) of_a += all[end].second ? 1.0 : 0.0;
    const auto tied = static_cast<double>(end - i);
    const double of_b = tied - of_a;
    out.wins += of_a * (below + of_b / 2.0);
    out.tie_term += tied * tied * tied - tied;
    below += of_b;
    i = end;
  }
  return out;
}

double rank_sum_deviation(double n_a, double n_b, double tie_term) {
  const double n = n_a + n_b;
  return std::sqrt(n_a * n_b / 12.0 * ((n + 1.0) - tie_term / (n * (n - 1.0))));
}

double two_sided_normal(double z) { return std::min(1.0, std::erfc(std::fabs(z) / std::sqrt(2.0))); }

/// The greatest number of wins that is still rejected as too few, plus one: the order of the interval's ends
/// among the differences. 0: so few values have no interval.
std::int64_t order_of_ratio_end(std::size_t n_a, std::size_t n_b, double level) {
  const double tail = (1.0 - level) / 2.0;
  const auto pairs = static_cast<double>(n_a) * static_cast<double>(n_b);
  if (!is_exact(n_a, n_b)) {
    const double deviation = rank_sum_deviation(static_cast<double>(n_a), static_cast<double>(n_b), 0.0);
    return std::max<std::int64_t>(
        0, static_cast<std::int64_t>(std::floor(pairs / 2.0 + normal_quantile(tail) * deviation + 0.5)));
  }
  double sum = 0.0;
  std::int64_t order = 0;
  for (const double one : rank_sum_pmf(n_a, n_b)) {
    sum += one;
    if (sum > tail) break;
    ++order;
  }
  return order;
}

/// The order-th smallest of all differences of the sorted sides, found by halving: their number is the
/// product of the sides'.
class Differences {
 public:
  Differences(std::vector<double> a, std::vector<double> b) : a_(std::move(a)), b_(std::move(b)) {
    std::sort(a_.begin(), a_.end());
    std::sort(b_.begin(), b_.end());
  }

  [[nodiscard]] std::int64_t size() const {
    return static_cast<std::int64_t>(a_.size()) * static_cast<std::int64_t>(b_.size());
  }

  /// `order` from 1 on.
  [[nodiscard]] double at(std::int64_t order) const {
    double low = a_.front() - b_.back();
    double high = a_.back() - b_.front();
    for (int i = 0; i < 100 && low < high; ++i) {
      const double middle = low + (high - low) / 2.0;
      if (middle <= low || middle >= high) break;
      (at_most(middle) >= order ? high : low) = middle;
    }
    return at_most(low) >= order ? low : high;
  }

  [[nodiscard]] double middle() const {
    const std::int64_t n = size();
    return n % 2 == 1 ? at(n / 2 + 1) : 0.5 * (at(n / 2) + at(n / 2 + 1));
  }

 private:
  [[nodiscard]] std::int64_t at_most(double difference) const {
    std::int64_t count = 0;
    std::size_t first = 0;
    for (const double value : a_) {
      while (first < b_.size() && value - b_[first] > difference) ++first;
      count += static_cast<std::int64_t>(b_.size() - first);
    }
    return count;
  }

  std::vector<double> a_;
  std::vector<double> b_;
};

bool all_positive(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return value > 0.0; });
}

std::vector<double> logarithms(const std::vector<double>& values) {
  std::vector<double> out;
  out.reserve(values.size());
  for (const double value : values) out.push_back(std::log(value));
  return out;
}

using Runs = std::set<std::size_t>;

Runs shared_runs(const std::vector<RunNumber>& a, const std::vector<RunNumber>& b) {
  Runs of_a;
  Runs shared;
  for (const RunNumber& number : a) of_a.insert(number.run);
  for (const RunNumber& number : b) {
    if (of_a.contains(number.run)) shared.insert(number.run);
  }
  return shared;
}

/// What the values of each run are divided by. Empty where a run has nothing to divide by: then all stay as
/// they are.
std::map<std::size_t, double> scale_of_runs(const std::vector<RunNumber>& a, const std::vector<RunNumber>& b,
                                            const Runs& runs) {
  std::map<std::size_t, std::vector<double>> values;
  for (const auto* side : {&a, &b}) {
    for (const RunNumber& number : *side) {
      if (runs.contains(number.run)) values[number.run].push_back(number.value);
    }
  }
  std::map<std::size_t, double> scale;
  for (auto& [run, of_run] : values) {
    const double middle = *median(std::move(of_run));
    if (!(middle > 0.0)) return {};
    scale[run] = middle;
  }
  return scale;
}

/// The side's values in `runs` (all where there are none), each divided by what its run has.
std::vector<double> aligned(const std::vector<RunNumber>& side, const Runs& runs,
                            const std::map<std::size_t, double>& scale) {
  std::vector<double> out;
  out.reserve(side.size());
  for (const RunNumber& number : side) {
    if (!runs.empty() && !runs.contains(number.run)) continue;
    const auto found = scale.find(number.run);
    out.push_back(found == scale.end() ? number.value : number.value / found->second);
  }
  return out;
}

}  // namespace

double rank_sum_p(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return 1.0;
  const RankSum sum = rank_sum(a, b);
  const double n_a = static_cast<double>(a.size());
  const double n_b = static_cast<double>(b.size());
  if (sum.tie_term == 0.0 && is_exact(a.size(), b.size())) {
    const auto pmf = rank_sum_pmf(a.size(), b.size());
    const auto fewer = static_cast<std::size_t>(std::min(sum.wins, n_a * n_b - sum.wins));
    double tail = 0.0;
    for (std::size_t u = 0; u <= fewer; ++u) tail += pmf[u];
    return std::min(1.0, 2.0 * tail);
  }
  const double deviation = rank_sum_deviation(n_a, n_b, sum.tie_term);
  if (!(deviation > 0.0)) return 1.0;
  const double distance = std::max(0.0, std::fabs(sum.wins - n_a * n_b / 2.0) - 0.5);
  return two_sided_normal(distance / deviation);
}

std::optional<RatioEstimate> rank_ratio(const std::vector<double>& a, const std::vector<double>& b,
                                        double level) {
  if (a.empty() || b.empty() || !all_positive(a) || !all_positive(b)) return std::nullopt;
  const Differences differences(logarithms(a), logarithms(b));
  RatioEstimate out{std::exp(differences.middle()), std::nullopt};
  const std::int64_t order = order_of_ratio_end(a.size(), b.size(), level);
  if (order > 0) {
    out.interval =
        Interval{std::exp(differences.at(order)), std::exp(differences.at(differences.size() + 1 - order))};
  }
  return out;
}

NumberComparison compare_numbers(const std::vector<RunNumber>& a, const std::vector<RunNumber>& b,
                                 double level) {
  NumberComparison out;
  const Runs runs = shared_runs(a, b);
  out.share_run = !runs.empty();
  std::map<std::size_t, double> scale;
  if (runs.size() > 1) scale = scale_of_runs(a, b, runs);
  const auto of_a = aligned(a, runs, scale);
  const auto of_b = aligned(b, runs, scale);
  out.ratio = rank_ratio(of_a, of_b, level);
  out.p_value = out.adjusted_p = rank_sum_p(of_a, of_b);
  const double favoured = rank_sum(of_a, of_b).wins * 2.0;
  const double pairs = static_cast<double>(of_a.size()) * static_cast<double>(of_b.size());
  if (out.share_run && favoured != pairs)
    out.verdict = favoured > pairs ? ComparisonVerdict::higher : ComparisonVerdict::lower;
  return out;
}

void judge_numbers(std::vector<NumberComparison>& claims, double level) {
  std::vector<double> p_values;
  for (const NumberComparison& claim : claims) p_values.push_back(claim.p_value);
  const auto adjusted = holm(p_values);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    claims[i].adjusted_p = adjusted[i];
    if (adjusted[i] > 1.0 - level) claims[i].verdict = ComparisonVerdict::undecided;
  }
}

}  // namespace faultline

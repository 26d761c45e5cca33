#include "analyzer/statistics/exact_tests.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/hypergeometric.h"
#include "core/base/check.h"

namespace faultline {
namespace {

// Tables that are equally probable on paper differ in the last digits when computed.
constexpr double kTableTie = 1.0 + 1e-7;
// A one-sided p-value is compared over the whole sample space; ties there are mirror images.
constexpr double kStatisticTie = 1.0 + 1e-9;

/// The rejection region of Boschloo's "less": for each count of b, the greatest count of a in it (-1: none).
///
/// The statistic falls as b's count grows and rises with a's, so the border is a staircase that is
/// walked once: O(n) tail sums.
std::vector<std::int64_t> region_border(const Proportion& a, const Proportion& b) {
  const auto margin = [&](std::int64_t x1, std::int64_t x2) {
    return Hypergeometric{a.trials + b.trials, x1 + x2, a.trials};
  };
  const double seen = margin(a.counted, b.counted).lower_tail(a.counted);
  const double seen_above = margin(a.counted, b.counted).upper_tail(a.counted + 1);
  const auto is_inside = [&](std::int64_t x1, std::int64_t x2) {
    // Near 1 only the complement still tells one table from the next.
    if (seen > 0.5) return margin(x1, x2).upper_tail(x1 + 1) * kStatisticTie >= seen_above;
    return margin(x1, x2).lower_tail(x1) <= seen * kStatisticTie;
  };
  std::vector<std::int64_t> border(static_cast<std::size_t>(b.trials) + 1, -1);
  std::int64_t x1 = -1;
  for (std::int64_t x2 = 0; x2 <= b.trials; ++x2) {
    while (x1 < a.trials && is_inside(x1 + 1, x2)) ++x1;
    border[static_cast<std::size_t>(x2)] = x1;
  }
  return border;
}

/// Probabilities below this share change no digit that is shown of a p-value above kFarOut.
constexpr double kNegligible = 1e-20;
constexpr double kFarOut = 1e-8;
/// What is smaller is no double in full precision.
constexpr double kLeast = 1e-290;

/// All probabilities of a binomial count, for one rate after another.
///
/// By recurrence from the mode outwards, each from its neighbour: an error of one rounding a step, and no
/// exponential. What is below `least` is left out.
class BinomialRow {
 public:
  BinomialRow(std::int64_t trials, double least) : n_(static_cast<double>(trials)), least_(least) {
    for (std::int64_t k = 0; k < trials; ++k) {
      rise_.push_back((n_ - static_cast<double>(k)) / static_cast<double>(k + 1));
      fall_.push_back(1.0 / rise_.back());
    }
    pmf_.resize(rise_.size() + 1);
  }

  /// `q` is 1 - `p`, but exact.
  void set_rate(double p, double q) {
    const double mode = std::min(n_, std::floor((n_ + 1.0) * p));
    first_ = static_cast<std::size_t>(mode);
    last_ = first_;
    pmf_[first_] = binomial_pmf(static_cast<std::int64_t>(mode), static_cast<std::int64_t>(n_), p);
    const double odds = p / q;
    while (last_ + 1 < pmf_.size() && pmf_[last_] > least_) {
      pmf_[last_ + 1] = pmf_[last_] * (rise_[last_] * odds);
      ++last_;
    }
    const double against = q / p;
    while (first_ > 0 && pmf_[first_] > least_) {
      pmf_[first_ - 1] = pmf_[first_] * (fall_[first_ - 1] * against);
      --first_;
    }
  }

  /// The counts that have a probability.
  [[nodiscard]] std::size_t first() const { return first_; }
  [[nodiscard]] std::size_t last() const { return last_; }
  [[nodiscard]] double operator[](std::size_t count) const { return pmf_[count]; }

 private:
  double n_;
  double least_;
  std::vector<double> rise_;  // pmf(k + 1) / pmf(k) at even odds.
  std::vector<double> fall_;  // pmf(k) / pmf(k + 1).
  std::vector<double> pmf_;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

/// The probability of the region as a function of the common rate.
class RegionProbability {
 public:
  RegionProbability(const Proportion& a, const Proportion& b, const std::vector<std::int64_t>& border,
                    double least)
      : border_(border), row_a_(a.trials, least), row_b_(b.trials, least) {}

  /// `angle` is asin(sqrt(rate)): ripples are equally wide on this scale.
  double operator()(double angle) {
    const double s = std::sin(angle);
    const double c = std::cos(angle);
    row_a_.set_rate(s * s, c * c);
    row_b_.set_rate(s * s, c * c);
    double below = 0.0;  // P(a's count <= border)
    double sum = 0.0;
    auto next = static_cast<std::int64_t>(row_a_.first());
    const auto last = static_cast<std::int64_t>(row_a_.last());
    for (std::size_t x2 = row_b_.first(); x2 <= row_b_.last(); ++x2) {
      for (; next <= std::min(border_[x2], last); ++next) below += row_a_[static_cast<std::size_t>(next)];
      sum += row_b_[x2] * below;
    }
    return sum;
  }

 private:
  const std::vector<std::int64_t>& border_;
  BinomialRow row_a_;
  BinomialRow row_b_;
};

/// The top between two neighbours of a grid maximum, by golden section.
template <typename Function>
double refined_maximum(Function& f, double low, double high) {
  const double golden = 1.0 / std::numbers::phi;
  double x1 = high - golden * (high - low);
  double x2 = low + golden * (high - low);
  double f1 = f(x1);
  double f2 = f(x2);
  for (int i = 0; i < 40; ++i) {
    if (f1 < f2) {
      low = x1;
      x1 = x2;
      f1 = f2;
      x2 = low + golden * (high - low);
      f2 = f(x2);
    } else {
      high = x2;
      x2 = x1;
      f2 = f1;
      x1 = high - golden * (high - low);
      f1 = f(x1);
    }
  }
  return std::max(f1, f2);
}

double greatest_probability(const Proportion& a, const Proportion& b, const std::vector<std::int64_t>& border,
                            double least) {
  RegionProbability probability(a, b, border, least);
  // A binomial count of n has a spread of 1/(2 sqrt(n)) on the scale of angles, whatever its rate.
  const double most = static_cast<double>(std::max(a.trials, b.trials));
  // Far out only the order of magnitude matters: a coarser grid, refined as any other.
  const double density = least < kNegligible ? 6.0 : 16.0;
  const auto steps = static_cast<std::size_t>(64.0 + density * std::sqrt(most));
  const double width = std::numbers::pi / 2.0 / static_cast<double>(steps);
  std::vector<double> values;
  for (std::size_t i = 0; i <= steps; ++i) values.push_back(probability(static_cast<double>(i) * width));
  double best = *std::max_element(values.begin(), values.end());
  const double promising = best * 0.98;
  for (std::size_t i = 0; i <= steps; ++i) {
    const bool is_top = (i == 0 || values[i] >= values[i - 1]) && (i == steps || values[i] >= values[i + 1]);
    if (!is_top || values[i] < promising) continue;
    const double low = static_cast<double>(i == 0 ? 0 : i - 1) * width;
    const double high = static_cast<double>(std::min(i + 1, steps)) * width;
    best = std::max(best, refined_maximum(probability, low, high));
  }
  return std::min(1.0, best);
}

double boschloo_less(const Proportion& a, const Proportion& b) {
  const std::vector<std::int64_t> border = region_border(a, b);
  const double quick = greatest_probability(a, b, border, kNegligible);
  return quick > kFarOut ? quick : greatest_probability(a, b, border, kLeast);
}

/// Twice the smaller one-sided value. Fisher's says which that is, unless both are near 1/2.
double boschloo_two_sided(const Proportion& a, const Proportion& b) {
  const bool is_less = fisher_exact(a, b, Alternative::less) <= fisher_exact(a, b, Alternative::greater);
  const double likely = is_less ? boschloo_less(a, b) : boschloo_less(b, a);
  constexpr double kClear = 0.25;
  if (likely < kClear) return 2.0 * likely;
  return std::min(1.0, 2.0 * std::min(likely, is_less ? boschloo_less(b, a) : boschloo_less(a, b)));
}

}  // namespace

double fisher_exact(const Proportion& a, const Proportion& b, Alternative alternative) {
  CHECK(a.is_valid());
  CHECK(b.is_valid());
  const Hypergeometric margin = Hypergeometric::of_counted(a, b);
  if (a.trials == 0 || b.trials == 0) return 1.0;
  if (alternative == Alternative::less) return margin.lower_tail(a.counted);
  if (alternative == Alternative::greater) return margin.upper_tail(a.counted);
  const double seen = margin.pmf(a.counted) * kTableTie;
  // The probabilities rise to the mode and fall behind it: each side is one tail.
  std::int64_t low = margin.least() - 1;
  std::int64_t high = margin.most() + 1;
  const std::int64_t mode = margin.mode();
  if (margin.pmf(mode) <= seen) return 1.0;
  std::int64_t outside = mode;
  while (outside - low > 1) {
    const std::int64_t middle = low + (outside - low) / 2;
    (margin.pmf(middle) <= seen ? low : outside) = middle;
  }
  outside = mode;
  while (high - outside > 1) {
    const std::int64_t middle = outside + (high - outside) / 2;
    (margin.pmf(middle) <= seen ? high : outside) = middle;
  }
  return std::min(1.0, margin.lower_tail(low) + margin.upper_tail(high));
}

std::optional<double> boschloo_exact(const Proportion& a, const Proportion& b, Alternative alternative) {
  CHECK(a.is_valid());
  CHECK(b.is_valid());
  if (a.trials > kBoschlooLimit || b.trials > kBoschlooLimit) return std::nullopt;
  if (a.trials == 0 || b.trials == 0) return 1.0;
  if (alternative == Alternative::less) return boschloo_less(a, b);
  if (alternative == Alternative::greater) return boschloo_less(b, a);
  return boschloo_two_sided(a, b);
}

double binomial_exact(const Proportion& of, double rate) {
  CHECK(of.is_valid());
  CHECK(rate >= 0.0 && rate <= 1.0);
  const double seen = binomial_pmf(of.counted, of.trials, rate) * kTableTie;
  if (rate == 0.0) return of.counted == 0 ? 1.0 : 0.0;
  if (rate == 1.0) return of.counted == of.trials ? 1.0 : 0.0;
  const auto mode =
      std::min(of.trials, static_cast<std::int64_t>((static_cast<double>(of.trials) + 1.0) * rate));
  if (binomial_pmf(mode, of.trials, rate) <= seen) return 1.0;
  std::int64_t low = -1;
  std::int64_t outside = mode;
  while (outside - low > 1) {
    const std::int64_t middle = low + (outside - low) / 2;
    (binomial_pmf(middle, of.trials, rate) <= seen ? low : outside) = middle;
  }
  std::int64_t high = of.trials + 1;
  outside = mode;
  while (high - outside > 1) {
    const std::int64_t middle = outside + (high - outside) / 2;
    (binomial_pmf(middle, of.trials, rate) <= seen ? high : outside) = middle;
  }
  const double upper = high > of.trials ? 0.0 : 1.0 - binomial_cdf(high - 1, of.trials, rate);
  return std::min(1.0, binomial_cdf(low, of.trials, rate) + upper);
}

}  // namespace faultline

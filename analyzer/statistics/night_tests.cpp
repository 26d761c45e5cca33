#include "analyzer/statistics/night_tests.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {
namespace {

constexpr double kMostWays = 200'000.0;
constexpr int kDeals = 20'000;
// Differences that are equal on paper differ in the last digits when computed.
constexpr double kSameDistance = 1e-12;

std::vector<Proportion> nights_with_trials(const std::vector<Proportion>& nights) {
  std::vector<Proportion> kept;
  std::copy_if(nights.begin(), nights.end(), std::back_inserter(kept),
               [](const Proportion& night) { return night.trials > 0; });
  return kept;
}

double ways(std::size_t nights, std::size_t chosen) {
  return std::exp(log_choose(static_cast<std::int64_t>(nights), static_cast<std::int64_t>(chosen)));
}

double distance(const Proportion& a, const Proportion& all) {
  const Proportion b{all.counted - a.counted, all.trials - a.trials};
  return std::fabs(a.ratio() - b.ratio());
}

/// Counts the ways to choose `left` of the nights from `first` on that are at least as far apart as `seen`.
class Dealing {
 public:
  Dealing(const std::vector<Proportion>& nights, double seen)
      : nights_(nights), all_(pooled(nights)), seen_(seen) {}

  double share(std::size_t of_a) {
    deal(0, of_a, {});
    return static_cast<double>(as_extreme_) / static_cast<double>(dealt_);
  }

 private:
  void deal(std::size_t first, std::size_t left, const Proportion& side) {
    if (left == 0) {
      ++dealt_;
      if (distance(side, all_) >= seen_ - kSameDistance) ++as_extreme_;
      return;
    }
    for (std::size_t i = first; i + left <= nights_.size(); ++i)
      deal(i + 1, left - 1, {side.counted + nights_[i].counted, side.trials + nights_[i].trials});
  }

  const std::vector<Proportion>& nights_;
  Proportion all_;
  double seen_;
  std::int64_t dealt_ = 0;
  std::int64_t as_extreme_ = 0;
};

/// A number below `bound`, the same on every system.
std::size_t below(std::mt19937_64& random, std::size_t bound) {
  return static_cast<std::size_t>(((random() >> 32) * bound) >> 32);
}

double shuffled_share(std::vector<Proportion> nights, std::size_t of_a, double seen) {
  const Proportion all = pooled(nights);
  std::mt19937_64 random(1);
  int as_extreme = 1;
  for (int shuffle = 1; shuffle < kDeals; ++shuffle) {
    Proportion side;
    for (std::size_t i = 0; i < of_a; ++i) {
      std::swap(nights[i], nights[i + below(random, nights.size() - i)]);
      side = {side.counted + nights[i].counted, side.trials + nights[i].trials};
    }
    if (distance(side, all) >= seen - kSameDistance) ++as_extreme;
  }
  return static_cast<double>(as_extreme) / kDeals;
}

/// The variance of a pooled rate by its nights.
double night_variance(const std::vector<Proportion>& nights) {
  const Proportion all = pooled(nights);
  const double n = static_cast<double>(all.trials);
  const double m = static_cast<double>(nights.size());
  double squares = 0.0;
  for (const Proportion& night : nights) {
    const double deviation =
        static_cast<double>(night.counted) - static_cast<double>(night.trials) * all.ratio();
    squares += deviation * deviation;
  }
  // Half a count of each kind: a side that counted nothing is not thereby without error.
  const double p = (static_cast<double>(all.counted) + 0.5) / (n + 1.0);
  return std::max(squares * m / (m - 1.0) / (n * n), p * (1.0 - p) / n);
}

/// The mean over [low, high] of the density a u^(a-1) (or its mirror image): what a bet of that strength
/// pays for a rank that is somewhere there.
double payment(double low, double high, double strength, bool bets_high) {
  if (!bets_high) return payment(1.0 - high, 1.0 - low, strength, true);
  return (std::pow(high, strength) - std::pow(low, strength)) / (high - low);
}

}  // namespace

Proportion pooled(const std::vector<Proportion>& groups) {
  Proportion sum;
  for (const Proportion& group : groups) {
    sum.counted += group.counted;
    sum.trials += group.trials;
  }
  return sum;
}

double nights_permutation_p(const std::vector<Proportion>& given_a, const std::vector<Proportion>& given_b) {
  const std::vector<Proportion> a = nights_with_trials(given_a);
  const std::vector<Proportion> b = nights_with_trials(given_b);
  if (a.empty() || b.empty()) return 1.0;
  const double seen = std::fabs(pooled(a).ratio() - pooled(b).ratio());
  std::vector<Proportion> nights = a;
  nights.insert(nights.end(), b.begin(), b.end());
  if (ways(nights.size(), a.size()) > kMostWays) return shuffled_share(std::move(nights), a.size(), seen);
  return Dealing(nights, seen).share(a.size());
}

double least_permutation_p(std::size_t nights_a, std::size_t nights_b) {
  if (nights_a == 0 || nights_b == 0) return 1.0;
  // With as many on each side, the mirror image of a dealing is as far apart.
  const double as_extreme = nights_a == nights_b ? 2.0 : 1.0;
  return std::min(1.0, as_extreme / ways(nights_a + nights_b, nights_a));
}

std::size_t nights_to_judge(double level, std::size_t claims) {
  CHECK(level > 0.0 && level < 1.0 && claims >= 1);
  std::size_t nights = kLeastNights;
  while (least_permutation_p(nights, nights) > (1.0 - level) / static_cast<double>(claims)) ++nights;
  return nights;
}

double nights_anytime_p(const std::vector<Night>& nights) {
  constexpr std::array<double, 4> kStrengths{1.5, 2.5, 5.0, 10.0};
  // [0]: a is higher; [1]: a is lower.
  std::array<std::array<double, kStrengths.size()>, 2> wealth{};
  for (auto& side : wealth) side.fill(1.0);
  std::vector<double> rates;
  double most = 1.0;
  for (const Night& night : nights) {
    if (night.of.trials == 0) continue;
    const double rate = night.of.ratio();
    rates.push_back(rate);
    const auto n = static_cast<double>(rates.size());
    const auto lower =
        static_cast<double>(std::count_if(rates.begin(), rates.end(), [&](double r) { return r < rate; }));
    const auto equal = static_cast<double>(std::count(rates.begin(), rates.end(), rate));
    double sum = 0.0;
    for (std::size_t side = 0; side < wealth.size(); ++side) {
      const bool bets_high = (side == 0) == night.is_a;
      for (std::size_t i = 0; i < kStrengths.size(); ++i) {
        // Of equals each rank is as likely: the payment is the mean over them.
        wealth[side][i] *= payment(lower / n, (lower + equal) / n, kStrengths[i], bets_high);
        sum += wealth[side][i];
      }
    }
    most = std::max(most, sum / static_cast<double>(2 * kStrengths.size()));
  }
  return std::min(1.0, 1.0 / most);
}

std::optional<Interval> nights_difference(const std::vector<Proportion>& given_a,
                                          const std::vector<Proportion>& given_b, double level) {
  const std::vector<Proportion> a = nights_with_trials(given_a);
  const std::vector<Proportion> b = nights_with_trials(given_b);
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const double difference = pooled(a).ratio() - pooled(b).ratio();
  const double error = std::sqrt(night_variance(a) + night_variance(b));
  const double t = student_t_quantile(0.5 + level / 2.0, static_cast<double>(a.size() + b.size()) - 2.0);
  return Interval{std::max(-1.0, difference - t * error), std::min(1.0, difference + t * error)};
}

std::optional<std::int64_t> nights_still_needed(const std::vector<Proportion>& given_a,
                                                const std::vector<Proportion>& given_b, double power,
                                                double level, std::size_t claims) {
  const std::vector<Proportion> a = nights_with_trials(given_a);
  const std::vector<Proportion> b = nights_with_trials(given_b);
  if (a.empty() || b.empty()) return std::nullopt;
  const double fewest = static_cast<double>(std::min(a.size(), b.size()));
  double wanted = static_cast<double>(nights_to_judge(level, claims));
  if (a.size() >= 2 && b.size() >= 2) {
    const double difference = std::fabs(pooled(a).ratio() - pooled(b).ratio());
    if (!(difference > 0.0)) return std::nullopt;
    const double z =
        normal_quantile(1.0 - (1.0 - level) / static_cast<double>(claims) / 2.0) + normal_quantile(power);
    // Variances of the pooled rates fall as the number of nights rises.
    const double each =
        night_variance(a) * static_cast<double>(a.size()) + night_variance(b) * static_cast<double>(b.size());
    // A permutation of so few nights is a t-test: some two nights more than the normal distribution asks.
    wanted = std::max(wanted, std::ceil(each * z * z / (difference * difference)) + 2.0);
  }
  if (!(wanted < 1e9)) return std::nullopt;
  return static_cast<std::int64_t>(std::max(1.0, wanted - fewest));
}

}  // namespace faultline

#include "analyzer/statistics/change_point.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "analyzer/statistics/night_tests.h"

namespace faultline {
namespace {

constexpr int kMostShuffles = 20'000;
constexpr int kEnoughAsDifferent = 200;
// Differences that are equal on paper differ in the last digits when computed.
constexpr double kSameDifference = 1.0 - 1e-9;

struct Split {
  std::size_t first = 1;
  double difference = -1.0;
};

/// Squared difference of the pooled rates, weighted by the sizes of the parts.
double split_difference(const Proportion& before, const Proportion& all) {
  const Proportion after{all.counted - before.counted, all.trials - before.trials};
  const double apart = before.ratio() - after.ratio();
  const double weight = static_cast<double>(before.trials) * static_cast<double>(after.trials);
  return apart * apart * weight;
}

Split most_different(const std::vector<Proportion>& nights, const Proportion& all) {
  Split best;
  Proportion before;
  for (std::size_t i = 1; i < nights.size(); ++i) {
    before = {before.counted + nights[i - 1].counted, before.trials + nights[i - 1].trials};
    const double difference = split_difference(before, all);
    if (difference > best.difference) best = {i, difference};
  }
  return best;
}

double exact_share(std::vector<Proportion> nights, const Proportion& all, double seen) {
  std::vector<std::size_t> order(nights.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Proportion> dealt(nights.size());
  std::int64_t orders = 0;
  std::int64_t as_different = 0;
  do {
    for (std::size_t i = 0; i < order.size(); ++i) dealt[i] = nights[order[i]];
    ++orders;
    if (most_different(dealt, all).difference >= seen) ++as_different;
  } while (std::next_permutation(order.begin(), order.end()));
  return static_cast<double>(as_different) / static_cast<double>(orders);
}

double sampled_share(std::vector<Proportion> nights, const Proportion& all, double seen) {
  std::mt19937_64 random(1);
  int as_different = 0;
  for (int shuffle = 1; shuffle <= kMostShuffles; ++shuffle) {
    for (std::size_t i = nights.size() - 1; i > 0; --i)
      std::swap(nights[i], nights[static_cast<std::size_t>(((random() >> 32) * (i + 1)) >> 32)]);
    if (most_different(nights, all).difference >= seen) ++as_different;
    if (as_different == kEnoughAsDifferent) return static_cast<double>(as_different) / shuffle;
  }
  // The order that was seen is one of them.
  return (as_different + 1.0) / (kMostShuffles + 1.0);
}

}  // namespace

std::optional<ChangePoint> find_change(const std::vector<Proportion>& given) {
  std::vector<Proportion> nights;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].trials == 0) continue;
    nights.push_back(given[i]);
    places.push_back(i);
  }
  if (nights.size() < kLeastNightsForChange) return std::nullopt;
  const Proportion all = pooled(nights);
  const Split split = most_different(nights, all);
  ChangePoint out;
  out.first = places[split.first];
  const auto middle = nights.begin() + static_cast<std::ptrdiff_t>(split.first);
  out.before = pooled({nights.begin(), middle});
  out.after = pooled({middle, nights.end()});
  const double seen = split.difference * kSameDifference;
  if (split.difference > 0.0) {
    out.p_value = nights.size() == kLeastNightsForChange ? exact_share(nights, all, seen)
                                                         : sampled_share(nights, all, seen);
  }
  return out;
}

}  // namespace faultline

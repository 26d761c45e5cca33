#include "analyzer/statistics/trend_shape.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <set>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/night_tests.h"

namespace faultline {
namespace {

constexpr int kDraws = 2'000;
constexpr double kSameLikelihood = 1e-9;

/// Binomial counts that are the same on every system.
class Draws {
 public:
  std::int64_t count(std::int64_t trials, double p) {
    if (p > 0.5) return trials - count(trials, 1.0 - p);
    if (!(p > 0.0)) return 0;
    const double n = static_cast<double>(trials);
    const double spread = n * p * (1.0 - p);
    const double uniform = (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53;
    constexpr double kNormal = 100.0;
    if (spread > kNormal) {
      const double value = n * p + std::sqrt(spread) * normal_quantile(uniform);
      return std::clamp<std::int64_t>(std::llround(value), 0, trials);
    }
    double probability = std::exp(n * std::log1p(-p));
    double below = probability;
    std::int64_t k = 0;
    const double odds = p / (1.0 - p);
    while (below < uniform && k < trials) {
      probability *= (n - static_cast<double>(k)) / static_cast<double>(k + 1) * odds;
      below += probability;
      ++k;
    }
    return k;
  }

  /// Deals `counted` out among the groups as chance does: hypergeometric, one group after the other.
  std::vector<Proportion> dealt(const std::vector<Proportion>& groups, const Proportion& all) {
    std::vector<Proportion> out;
    Proportion left = all;
    for (const Proportion& group : groups) {
      std::int64_t counted = 0;
      // Group by group given what is left; drawn one by one where that is little, else normal.
      if (left.counted <= kFew || left.trials - left.counted <= kFew) {
        counted = drawn_one_by_one(group.trials, left);
      } else {
        counted = drawn_normal(group.trials, left);
      }
      out.push_back({counted, group.trials});
      left = {left.counted - counted, left.trials - group.trials};
    }
    return out;
  }

 private:
  static constexpr std::int64_t kFew = 400;

  double uniform() { return (static_cast<double>(random_() >> 11) + 0.5) * 0x1p-53; }

  std::int64_t drawn_one_by_one(std::int64_t places, const Proportion& left) {
    const bool rarer = left.counted <= left.trials - left.counted;
    const std::int64_t marks = rarer ? left.counted : left.trials - left.counted;
    double free_here = static_cast<double>(places);
    double free_all = static_cast<double>(left.trials);
    std::int64_t here = 0;
    for (std::int64_t i = 0; i < marks; ++i) {
      if (uniform() < free_here / free_all) {
        ++here;
        free_here -= 1.0;
      }
      free_all -= 1.0;
    }
    return rarer ? here : places - here;
  }

  std::int64_t drawn_normal(std::int64_t places, const Proportion& left) {
    const double total = static_cast<double>(left.trials);
    const double n = static_cast<double>(places);
    const double p = left.ratio();
    const double variance = total > 1.0 ? n * p * (1.0 - p) * (total - n) / (total - 1.0) : 0.0;
    const double value = n * p + std::sqrt(std::max(0.0, variance)) * normal_quantile(uniform());
    const std::int64_t least = std::max<std::int64_t>(0, places - (left.trials - left.counted));
    return std::clamp<std::int64_t>(std::llround(value), least, std::min(places, left.counted));
  }

  std::mt19937_64 random_{1};
};

double log_likelihood(const std::vector<Proportion>& rows, const std::vector<double>& rates) {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double k = static_cast<double>(rows[i].counted);
    const double rest = static_cast<double>(rows[i].trials - rows[i].counted);
    if (k > 0.0) sum += k * std::log(rates[i]);
    if (rest > 0.0) sum += rest * std::log1p(-rates[i]);
  }
  return sum;
}

double saturated(const std::vector<Proportion>& rows) {
  std::vector<double> rates;
  for (const Proportion& row : rows) rates.push_back(row.ratio());
  return log_likelihood(rows, rates);
}

double constant(const std::vector<Proportion>& rows) {
  return log_likelihood(rows, std::vector<double>(rows.size(), pooled(rows).ratio()));
}

struct BestFit {
  bool rising = true;
  std::vector<double> rates;
  double log_likelihood = 0.0;
};

BestFit best_monotone(const std::vector<Proportion>& rows) {
  std::vector<double> up = isotonic_rates(rows, true);
  std::vector<double> down = isotonic_rates(rows, false);
  const double of_up = log_likelihood(rows, up);
  const double of_down = log_likelihood(rows, down);
  if (of_up >= of_down) return {true, std::move(up), of_up};
  return {false, std::move(down), of_down};
}

}  // namespace

LackOfFit lack_of_fit(const std::vector<ScoredProportion>& rows) {
  std::set<double> scores;
  std::vector<Proportion> groups;
  for (const ScoredProportion& row : rows) {
    if (row.of.trials == 0) continue;
    scores.insert(row.score);
    groups.push_back(row.of);
  }
  LackOfFit out;
  const Proportion all = pooled(groups);
  if (scores.size() < 3 || all.counted == 0 || all.counted == all.trials) return out;
  out.statistic = std::max(0.0, homogeneity_statistic(groups) - cochran_armitage(rows).statistic);
  out.freedom = static_cast<double>(groups.size()) - 2.0;
  out.p_value = chi_squared_survival(out.statistic, out.freedom);
  return out;
}

std::vector<double> isotonic_rates(const std::vector<Proportion>& rows, bool rising) {
  struct Block {
    Proportion of;
    std::size_t rows = 0;
  };
  std::vector<Block> blocks;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    blocks.push_back({rows[rising ? i : rows.size() - 1 - i], 1});
    while (blocks.size() >= 2) {
      const Block last = blocks.back();
      Block& before = blocks[blocks.size() - 2];
      const bool in_order =
          before.of.trials > 0 && last.of.trials > 0 && before.of.ratio() <= last.of.ratio();
      if (in_order) break;
      before.of = {before.of.counted + last.of.counted, before.of.trials + last.of.trials};
      before.rows += last.rows;
      blocks.pop_back();
    }
  }
  std::vector<double> rates;
  for (const Block& block : blocks) rates.insert(rates.end(), block.rows, block.of.ratio());
  if (!rising) std::reverse(rates.begin(), rates.end());
  return rates;
}

MonotoneTest monotone_test(const std::vector<Proportion>& given) {
  std::vector<Proportion> rows;
  std::copy_if(given.begin(), given.end(), std::back_inserter(rows),
               [](const Proportion& row) { return row.trials > 0; });
  MonotoneTest out;
  const Proportion all = pooled(rows);
  if (rows.size() < 2 || all.counted == 0 || all.counted == all.trials) return out;
  const BestFit seen = best_monotone(rows);
  out.rising = seen.rising;
  const double trend = seen.log_likelihood - constant(rows);
  const double shape = saturated(rows) - seen.log_likelihood;
  Draws draws;
  int trends = 1;
  int shapes = 1;
  for (int draw = 0; draw < kDraws; ++draw) {
    const std::vector<Proportion> dealt = draws.dealt(rows, all);
    if (best_monotone(dealt).log_likelihood - constant(dealt) >= trend - kSameLikelihood) ++trends;
    if (shape <= kSameLikelihood) continue;
    std::vector<Proportion> from_fit;
    for (std::size_t i = 0; i < rows.size(); ++i)
      from_fit.push_back({draws.count(rows[i].trials, seen.rates[i]), rows[i].trials});
    if (saturated(from_fit) - best_monotone(from_fit).log_likelihood >= shape - kSameLikelihood) ++shapes;
  }
  out.trend_p = static_cast<double>(trends) / (kDraws + 1);
  out.shape_p = shape <= kSameLikelihood ? 1.0 : static_cast<double>(shapes) / (kDraws + 1);
  return out;
}

}  // namespace faultline

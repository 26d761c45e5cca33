#include "tests/analyzer/statistics/coverage.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <tuple>

#include "analyzer/statistics/change_point.h"
#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/difference.h"
#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/logistic.h"
#include "analyzer/statistics/metric_summary.h"
#include "analyzer/statistics/modes.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/order_tests.h"
#include "analyzer/statistics/rank_test.h"
#include "analyzer/statistics/sample_size.h"
#include "analyzer/statistics/sequential.h"
#include "analyzer/statistics/trend.h"

namespace faultline {
namespace {

constexpr double kAlpha = 1.0 - kDefaultLevel;

/// Uniform numbers that are the same on every system.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  bool happens(double p) { return uniform() < p; }
  std::int64_t count(double p, std::int64_t trials) {
    std::int64_t k = 0;
    for (std::int64_t i = 0; i < trials; ++i) k += happens(p) ? 1 : 0;
    return k;
  }

 private:
  std::mt19937_64 engine_;
};

bool holds(const Interval& interval, double value) { return interval.low <= value && value <= interval.high; }

/// The sum of the probabilities of all pairs of counts for which `wanted` is true.
template <typename Predicate>
double probability(const TwoRates& truth, const Predicate& wanted) {
  double sum = 0.0;
  for (std::int64_t k1 = 0; k1 <= truth.trials_a; ++k1) {
    const double p1 = binomial_pmf(k1, truth.trials_a, truth.a);
    if (p1 < 1e-13) continue;
    for (std::int64_t k2 = 0; k2 <= truth.trials_b; ++k2) {
      const double p = p1 * binomial_pmf(k2, truth.trials_b, truth.b);
      if (p < 1e-13) continue;
      if (wanted(Proportion{k1, truth.trials_a}, Proportion{k2, truth.trials_b})) sum += p;
    }
  }
  return sum;
}

/// The share of runs in which `decides` was true at some look at two growing sides of one rate.
template <typename Decides>
double ever_decided(double p, int looks, int runs, const Decides& decides) {
  Random random(11);
  int decided = 0;
  for (int run = 0; run < runs; ++run) {
    Proportion a;
    Proportion b;
    for (int look = 0; look < looks; ++look) {
      a = {a.counted + (random.happens(p) ? 1 : 0), a.trials + 1};
      b = {b.counted + (random.happens(p) ? 1 : 0), b.trials + 1};
      if (decides(a, b)) {
        ++decided;
        break;
      }
    }
  }
  return static_cast<double>(decided) / runs;
}

}  // namespace

double proportion_coverage(IntervalMethod method, double p, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t k = 0; k <= n; ++k) {
    if (holds(proportion_interval(method, {k, n}), p)) sum += binomial_pmf(k, n, p);
  }
  return sum;
}

double upper_bound_coverage(double p, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t k = 0; k <= n; ++k) {
    if (clopper_pearson_upper({k, n}) >= p) sum += binomial_pmf(k, n, p);
  }
  return sum;
}

double newcombe_coverage(const TwoRates& truth) {
  return probability(truth, [&](const Proportion& a, const Proportion& b) {
    return holds(newcombe_difference(a, b), truth.a - truth.b);
  });
}

double koopman_coverage(const TwoRates& truth) {
  return probability(truth, [&](const Proportion& a, const Proportion& b) {
    return holds(koopman_ratio(a, b), truth.a / truth.b);
  });
}

double false_verdicts(double p, std::int64_t trials_a, std::int64_t trials_b) {
  return probability({p, p, trials_a, trials_b}, [](const Proportion& a, const Proportion& b) {
    ComparisonInput input;
    input.a = a;
    input.b = b;
    return compare(input).verdict != ComparisonVerdict::undecided;
  });
}

double anytime_coverage(double p, int looks, int runs) {
  Random random(7);
  std::map<std::pair<std::int64_t, std::int64_t>, bool> known;
  int held = 0;
  for (int run = 0; run < runs; ++run) {
    Proportion of;
    bool always = true;
    for (int look = 0; look < looks && always; ++look) {
      of = {of.counted + (random.happens(p) ? 1 : 0), of.trials + 1};
      const auto [found, is_new] = known.try_emplace({of.counted, of.trials}, false);
      if (is_new) found->second = holds(anytime_interval(of), p);
      always = found->second;
    }
    held += always ? 1 : 0;
  }
  return static_cast<double>(held) / runs;
}

double anytime_ratio_coverage(double p_a, double p_b, int looks, int runs) {
  Random random(29);
  int held = 0;
  for (int run = 0; run < runs; ++run) {
    Proportion a;
    Proportion b;
    bool always = true;
    for (int look = 0; look < looks && always; ++look) {
      a = {a.counted + (random.happens(p_a) ? 1 : 0), a.trials + 1};
      b = {b.counted + (random.happens(p_b) ? 1 : 0), b.trials + 1};
      always = holds(anytime_ratio(a, b), p_a / p_b);
    }
    held += always ? 1 : 0;
  }
  return static_cast<double>(held) / runs;
}

double anytime_false_decisions(double p, int looks, int runs) {
  return ever_decided(p, looks, runs,
                      [](const Proportion& a, const Proportion& b) { return stop_when_decided(a, b).stop; });
}

double peeking_false_decisions(double p, int looks, int runs) {
  return ever_decided(p, looks, runs,
                      [](const Proportion& a, const Proportion& b) { return fisher_exact(a, b) <= kAlpha; });
}

double false_tables(double p, std::int64_t trials, int cells, int runs) {
  Random random(13);
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    const Proportion baseline{random.count(p, trials), trials};
    std::vector<ComparisonInput> inputs;
    for (int cell = 0; cell < cells; ++cell) {
      ComparisonInput input;
      input.a = {random.count(p, trials), trials};
      input.b = baseline;
      inputs.push_back(input);
    }
    const auto claims = compare_all(inputs);
    any += std::any_of(claims.begin(), claims.end(),
                       [](const Comparison& claim) { return claim.verdict != ComparisonVerdict::undecided; })
               ? 1
               : 0;
  }
  return static_cast<double>(any) / runs;
}

double false_stratified_verdicts(int nights, int runs) {
  Random random(17);
  int claimed = 0;
  for (int run = 0; run < runs; ++run) {
    ComparisonInput input;
    for (int night = 0; night < nights; ++night) {
      const double p = 0.1 + 0.7 * random.uniform();
      // One side runs more in one half of the nights: pooled counts would show an effect of the nights.
      const bool is_bad_night = p > 0.45;
      const std::int64_t n_a = is_bad_night ? 40 : 10;
      const std::int64_t n_b = is_bad_night ? 10 : 40;
      const Stratum stratum{{random.count(p, n_a), n_a}, {random.count(p, n_b), n_b}};
      input.strata.push_back(stratum);
      input.a = {input.a.counted + stratum.a.counted, input.a.trials + n_a};
      input.b = {input.b.counted + stratum.b.counted, input.b.trials + n_b};
    }
    claimed += compare(input).verdict != ComparisonVerdict::undecided ? 1 : 0;
  }
  return static_cast<double>(claimed) / runs;
}

NightCoverage night_coverage(double p, double correlation, int nights, std::int64_t trials, int runs) {
  Random random(19);
  int widened = 0;
  int plain = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<Proportion> groups;
    Proportion all;
    for (int night = 0; night < nights; ++night) {
      // With a beta distribution of rates between nights the intraclass correlation is 1 / (a + b + 1).
      const double strength = correlation > 0.0 ? 1.0 / correlation - 1.0 : 0.0;
      const double rate =
          correlation > 0.0 ? beta_quantile(p * strength, (1.0 - p) * strength, random.uniform()) : p;
      groups.push_back({random.count(rate, trials), trials});
      all = {all.counted + groups.back().counted, all.trials + trials};
    }
    const Interval narrow = clopper_pearson(all);
    widened += holds(choose_interval(all, {false, groups}).interval, p) ? 1 : 0;
    plain += holds(narrow, p) ? 1 : 0;
  }
  return {static_cast<double>(widened) / runs, static_cast<double>(plain) / runs};
}

namespace {

/// A night's rate around p. With a beta distribution between nights the intraclass correlation is
/// 1 / (a + b + 1).
double night_rate(Random& random, double p, double correlation) {
  if (!(correlation > 0.0)) return p;
  const double strength = 1.0 / correlation - 1.0;
  return beta_quantile(p * strength, (1.0 - p) * strength, random.uniform());
}

void add_night(ComparisonInput& input, const Night& night) {
  input.nights.push_back(night);
  Proportion& side = night.is_a ? input.a : input.b;
  side = {side.counted + night.of.counted, side.trials + night.of.trials};
}

bool has_verdict(const ComparisonInput& input) {
  return compare(input).verdict != ComparisonVerdict::undecided;
}

}  // namespace

NightClaims false_night_claims(double p, double correlation, int nights_a_side, std::int64_t trials,
                               int runs) {
  Random random(31);
  int verdicts = 0;
  int changes = 0;
  for (int run = 0; run < runs; ++run) {
    ComparisonInput input;
    input.context.share_night = false;
    for (int night = 0; night < 2 * nights_a_side; ++night) {
      const double rate = night_rate(random, p, correlation);
      add_night(input, {{random.count(rate, trials), trials}, night % 2 == 0});
    }
    const Comparison comparison = compare(input);
    verdicts += comparison.verdict != ComparisonVerdict::undecided ? 1 : 0;
    changes += comparison.change.direction != ComparisonVerdict::undecided ? 1 : 0;
  }
  return {static_cast<double>(verdicts) / runs, static_cast<double>(changes) / runs};
}

double false_verdicts_at_looks(double correlation, int looks, bool shared, bool each_night, int runs) {
  constexpr double kRate = 0.3;
  constexpr std::int64_t kTrials = 40;
  Random random(37);
  int decided = 0;
  for (int run = 0; run < runs; ++run) {
    ComparisonInput input;
    input.context.each_night = each_night;
    input.context.share_night = shared;
    bool any = false;
    for (int look = 0; look < looks && !any; ++look) {
      const double rate = night_rate(random, kRate, correlation);
      const Proportion of{random.count(rate, kTrials), kTrials};
      if (shared) {
        const Proportion other{random.count(rate, kTrials), kTrials};
        input.strata.push_back({of, other});
        add_night(input, {of, true});
        add_night(input, {other, false});
      } else {
        add_night(input, {of, look % 2 == 0});
      }
      any = has_verdict(input);
    }
    decided += any ? 1 : 0;
  }
  return static_cast<double>(decided) / runs;
}

double false_unlike_mixes(int runs) {
  Random random(41);
  int claimed = 0;
  for (int run = 0; run < runs; ++run) {
    ComparisonInput input;
    for (const auto& [rate, n_a, n_b] : {std::tuple{0.05, 60, 20}, {0.3, 30, 30}, {0.7, 20, 60}}) {
      const Stratum stratum{{random.count(rate, n_a), n_a}, {random.count(rate, n_b), n_b}};
      input.strata.push_back(stratum);
      input.a = {input.a.counted + stratum.a.counted, input.a.trials + n_a};
      input.b = {input.b.counted + stratum.b.counted, input.b.trials + n_b};
    }
    claimed += has_verdict(input) ? 1 : 0;
  }
  return static_cast<double>(claimed) / runs;
}

std::int64_t promised_trials(TestKind test, double rate_a, double rate_b, std::size_t claims) {
  const double level = 1.0 - kAlpha / static_cast<double>(claims);
  return test == TestKind::anytime
             ? *anytime_trials_per_side(rate_a, rate_b, kDefaultPower, level)
             : std::llround(std::ceil(trials_per_side_uncorrected(rate_a, rate_b, kDefaultPower, level)));
}

double promised_power(TestKind test, double rate_a, double rate_b, std::size_t claims, int runs) {
  const double level = 1.0 - kAlpha / static_cast<double>(claims);
  const std::int64_t n = promised_trials(test, rate_a, rate_b, claims);
  Random random(43);
  int found = 0;
  for (int run = 0; run < runs; ++run) {
    const TestBasis basis{{random.count(rate_a, n), n}, {random.count(rate_b, n), n}};
    found += test_p_value(test, basis) <= 1.0 - level ? 1 : 0;
  }
  return static_cast<double>(found) / runs;
}

NightCoverage order_coverage(double p, double stay, int trials, int runs) {
  Random random(47);
  int widened = 0;
  int plain = 0;
  for (int run = 0; run < runs; ++run) {
    TrialSequence sequence;
    for (int i = 0; i < trials; ++i) {
      const bool stays = i > 0 && random.happens(stay);
      sequence.push_back(stays ? sequence.back() : random.happens(p));
    }
    const Proportion of{std::count(sequence.begin(), sequence.end(), true), trials};
    widened += holds(choose_interval(of, {false, {}, {sequence}}).interval, p) ? 1 : 0;
    plain += holds(clopper_pearson(of), p) ? 1 : 0;
  }
  return {static_cast<double>(widened) / runs, static_cast<double>(plain) / runs};
}

NightCoverage event_rate_coverage(double variation, int nights, int runs) {
  constexpr double kRate = 20.0;
  Random random(53);
  int widened = 0;
  int plain = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<WorkedNight> worked;
    std::int64_t all = 0;
    for (int night = 0; night < nights; ++night) {
      const double shape = variation > 0.0 ? 1.0 / (variation * variation) : 0.0;
      const double rate = variation > 0.0 ? kRate * gamma_quantile(shape, random.uniform()) / shape : kRate;
      // Poisson, by the times between events.
      std::int64_t events = -1;
      for (double time = 0.0; time < rate; ++events) time -= std::log1p(-random.uniform());
      worked.push_back({events, 1.0});
      all += events;
    }
    widened += holds(event_rate(worked).interval, kRate) ? 1 : 0;
    plain += holds(poisson_rate(all, nights), kRate) ? 1 : 0;
  }
  return {static_cast<double>(widened) / runs, static_cast<double>(plain) / runs};
}

double false_changes(double correlation, int nights, int runs) {
  constexpr int kCells = 10;
  Random random(59);
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<double> p_values;
    for (int cell = 0; cell < kCells; ++cell) {
      std::vector<Proportion> of_cell;
      for (int night = 0; night < nights; ++night)
        of_cell.push_back({random.count(night_rate(random, 0.3, correlation), 40), 40});
      p_values.push_back(find_change(of_cell)->p_value);
    }
    const auto adjusted = holm(p_values);
    any += *std::min_element(adjusted.begin(), adjusted.end()) <= kAlpha ? 1 : 0;
  }
  return static_cast<double>(any) / runs;
}

double false_ratios(std::size_t values, int runs) {
  constexpr int kRows = 10;
  Random random(61);
  const auto side = [&] {
    std::vector<RunNumber> numbers;
    for (std::size_t i = 0; i < values; ++i) {
      const std::size_t night = i % 2;
      numbers.push_back({(night == 0 ? 100.0 : 170.0) * (1.0 - std::log1p(-random.uniform())), night});
    }
    return numbers;
  };
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    const auto reference = side();
    std::vector<NumberComparison> claims;
    for (int row = 0; row < kRows; ++row) claims.push_back(compare_numbers(side(), reference));
    judge_numbers(claims);
    any += std::any_of(claims.begin(), claims.end(),
                       [](const auto& claim) { return claim.verdict != ComparisonVerdict::undecided; })
               ? 1
               : 0;
  }
  return static_cast<double>(any) / runs;
}

double false_models(double correlation, int nights, int runs) {
  Random random(67);
  int any = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<ModelGroup> groups;
    for (const char* threads : {"1", "8"}) {
      for (const char* lock : {"none", "per-op", "global"}) groups.push_back({{threads, lock}, {}});
    }
    std::vector<std::vector<Proportion>> of_nights(groups.size());
    for (int night = 0; night < nights; ++night) {
      // Each cell has nights of its own: the hardest case for a model over trials.
      for (std::size_t i = 0; i < groups.size(); ++i) {
        const Proportion of{random.count(night_rate(random, 0.3, correlation), 40), 40};
        of_nights[i].push_back(of);
        groups[i].of = {groups[i].of.counted + of.counted, groups[i].of.trials + of.trials};
      }
    }
    const auto model = fit_logistic({"threads", "lock"}, groups, {{0}, {1}}, model_dispersion(of_nights));
    std::vector<double> p_values;
    for (const ModelCoefficient& one : model->coefficients) p_values.push_back(one.p_value);
    const auto adjusted = holm(p_values);
    any += *std::min_element(adjusted.begin(), adjusted.end()) <= kAlpha ? 1 : 0;
  }
  return static_cast<double>(any) / runs;
}

double false_modes(std::size_t values, int runs) {
  Random random(71);
  int two = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<double> sample;
    for (std::size_t i = 0; i < values; ++i) sample.push_back(-std::log1p(-random.uniform()));
    two += two_modes(sample) ? 1 : 0;
  }
  return static_cast<double>(two) / runs;
}

double median_coverage(std::size_t values, int runs) {
  Random random(23);
  int held = 0;
  for (int run = 0; run < runs; ++run) {
    std::vector<double> sample;
    // Exponential: its median is ln 2.
    for (std::size_t i = 0; i < values; ++i) sample.push_back(-std::log1p(-random.uniform()));
    const auto estimate = median_with_interval(sample);
    held += holds(*estimate->interval, std::log(2.0)) ? 1 : 0;
  }
  return static_cast<double>(held) / runs;
}

}  // namespace faultline

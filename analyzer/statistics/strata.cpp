#include "analyzer/statistics/strata.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/hypergeometric.h"

namespace faultline {
namespace {

// Multiplications that a convolution may cost: some 50 ms.
constexpr double kMostSteps = 5e7;
// Probabilities below this share of the greatest change no digit of a p-value.
constexpr double kNegligible = 1e-20;
// Totals that are equally probable on paper differ in the last digits when computed.
constexpr double kTie = 1.0 + 1e-7;

/// Probabilities of consecutive counts.
struct Counts {
  std::int64_t first = 0;
  std::vector<double> pmf{1.0};
};

Counts counts_of(const Hypergeometric& of) {
  const std::int64_t mode = of.mode();
  const double top = of.pmf(mode);
  std::vector<double> down;
  double term = top;
  for (std::int64_t x = mode; x > of.least() && term > top * kNegligible; --x) {
    term /= of.step_up(x - 1);
    down.push_back(term);
  }
  Counts out;
  out.first = mode - static_cast<std::int64_t>(down.size());
  out.pmf.assign(down.rbegin(), down.rend());
  out.pmf.push_back(top);
  term = top;
  for (std::int64_t x = mode; x < of.most() && term > top * kNegligible; ++x) {
    term *= of.step_up(x);
    out.pmf.push_back(term);
  }
  return out;
}

Counts sum_of(const Counts& a, const Counts& b) {
  Counts out;
  out.first = a.first + b.first;
  out.pmf.assign(a.pmf.size() + b.pmf.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.pmf.size(); ++i) {
    for (std::size_t k = 0; k < b.pmf.size(); ++k) out.pmf[i + k] += a.pmf[i] * b.pmf[k];
  }
  return out;
}

/// The sums behind the common difference and the common ratio of rates.
struct EffectSums {
  double weight = 0.0;
  double difference = 0.0;
  double sato_p = 0.0;
  double sato_q = 0.0;
  double ratio_a = 0.0;
  double ratio_b = 0.0;
  double ratio_variance = 0.0;
};

EffectSums effect_sums(const std::vector<Stratum>& strata) {
  EffectSums sums;
  for (const Stratum& stratum : strata) {
    if (stratum.a.trials == 0 || stratum.b.trials == 0) continue;
    const double x = static_cast<double>(stratum.a.counted);
    const double n = static_cast<double>(stratum.a.trials);
    const double y = static_cast<double>(stratum.b.counted);
    const double m = static_cast<double>(stratum.b.trials);
    const double all = n + m;
    sums.weight += n * m / all;
    sums.difference += (x * m - y * n) / all;
    sums.sato_p += (n * n * y - m * m * x + n * m * (m - n) / 2.0) / (all * all);
    sums.sato_q += (x * (m - y) + y * (n - x)) / (2.0 * all);
    sums.ratio_a += x * m / all;
    sums.ratio_b += y * n / all;
    sums.ratio_variance += (n * m * (x + y) - x * y * all) / (all * all);
  }
  return sums;
}

void add_common_effects(const std::vector<Stratum>& strata, double level, StratifiedComparison& out) {
  const EffectSums sums = effect_sums(strata);
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  out.ratio = sums.ratio_a / sums.ratio_b;
  out.ratio_interval = {0.0, kInfinite};
  if (!(sums.weight > 0.0)) return;
  const double z = normal_quantile(0.5 + level / 2.0);
  out.difference = sums.difference / sums.weight;
  const double error = std::sqrt(std::max(0.0, out.difference * sums.sato_p + sums.sato_q)) / sums.weight;
  out.difference_interval = {std::max(-1.0, out.difference - z * error),
                             std::min(1.0, out.difference + z * error)};
  if (sums.ratio_a > 0.0 && sums.ratio_b > 0.0) {
    const double spread = std::sqrt(sums.ratio_variance / (sums.ratio_a * sums.ratio_b));
    out.ratio_interval = {out.ratio * std::exp(-z * spread), out.ratio * std::exp(z * spread)};
  }
}

/// ln of the likelihood of a's count under an odds ratio of exp(`theta`), against that under 1.
double log_likelihood_ratio(const Counts& counts, std::int64_t seen, double theta) {
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < counts.pmf.size(); ++i) {
    const double x = static_cast<double>(counts.first) + static_cast<double>(i);
    most = std::max(most, theta * x);
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < counts.pmf.size(); ++i) {
    const double x = static_cast<double>(counts.first) + static_cast<double>(i);
    sum += counts.pmf[i] * std::exp(theta * x - most);
  }
  return theta * static_cast<double>(seen) - most - std::log(sum);
}

/// The count of a that an odds ratio expects in a stratum, given its margins: the root of Breslow and Day's
/// quadratic that lies among the possible counts.
double expected_count(const Stratum& stratum, double odds_ratio) {
  const double n = static_cast<double>(stratum.a.trials);
  const double m = static_cast<double>(stratum.b.trials);
  const double total = static_cast<double>(stratum.a.counted + stratum.b.counted);
  const double linear = odds_ratio * (n + total) + m - total;
  const double square = odds_ratio - 1.0;
  if (std::fabs(square) < 1e-12) return n * total / (n + m);
  const double root = std::sqrt(std::max(0.0, linear * linear - 4.0 * square * odds_ratio * n * total));
  return 2.0 * odds_ratio * n * total / (linear + root);
}

}  // namespace

StratifiedComparison cochran_mantel_haenszel(const std::vector<Stratum>& strata,
                                             ContinuityCorrection correction, double level) {
  StratifiedComparison out;
  double deviation = 0.0;
  double variance = 0.0;
  // With the cells of a stratum named a b / c d: R = ad/n, S = bc/n, P = (a+d)/n, Q = (b+c)/n.
  double r = 0.0;
  double s = 0.0;
  double pr = 0.0;
  double ps_qr = 0.0;
  double qs = 0.0;
  for (const Stratum& stratum : strata) {
    const double a = static_cast<double>(stratum.a.counted);
    const double b = static_cast<double>(stratum.a.trials - stratum.a.counted);
    const double c = static_cast<double>(stratum.b.counted);
    const double d = static_cast<double>(stratum.b.trials - stratum.b.counted);
    const double n = a + b + c + d;
    if (stratum.a.trials == 0 || stratum.b.trials == 0) continue;
    const double row = a + b;
    const double column = a + c;
    const double part = row * (c + d) * column * (b + d) / (n * n * (n - 1.0));
    if (part > 0.0) ++out.informative;
    deviation += a - row * column / n;
    variance += part;
    const double stratum_r = a * d / n;
    const double stratum_s = b * c / n;
    const double p = (a + d) / n;
    const double q = (b + c) / n;
    r += stratum_r;
    s += stratum_s;
    pr += p * stratum_r;
    ps_qr += p * stratum_s + q * stratum_r;
    qs += q * stratum_s;
  }
  if (variance > 0.0) {
    const double size = std::fabs(deviation);
    const double corrected = correction == ContinuityCorrection::half && size >= 0.5 ? size - 0.5 : size;
    out.statistic = corrected * corrected / variance;
    out.p_value = chi_squared_survival(out.statistic, 1.0);
  }
  out.odds_ratio = r / s;
  if (r > 0.0 && s > 0.0) {
    const double spread = std::sqrt(pr / (2.0 * r * r) + ps_qr / (2.0 * r * s) + qs / (2.0 * s * s));
    const double z = normal_quantile(0.5 + level / 2.0);
    out.odds_ratio_interval =
        Interval{out.odds_ratio * std::exp(-z * spread), out.odds_ratio * std::exp(z * spread)};
  }
  add_common_effects(strata, level, out);
  return out;
}

std::optional<double> exact_stratified(const std::vector<Stratum>& strata) {
  Counts total;
  std::int64_t seen = 0;
  double steps = 0.0;
  for (const Stratum& stratum : strata) {
    if (stratum.a.trials == 0 || stratum.b.trials == 0) continue;
    const Counts one = counts_of(Hypergeometric::of_counted(stratum.a, stratum.b));
    steps += static_cast<double>(total.pmf.size()) * static_cast<double>(one.pmf.size());
    if (steps > kMostSteps) return std::nullopt;
    total = sum_of(total, one);
    seen += stratum.a.counted;
  }
  const std::int64_t at = seen - total.first;
  // So far out that its probability was left out above.
  if (at < 0 || at >= static_cast<std::int64_t>(total.pmf.size())) return 0.0;
  const double limit = total.pmf[static_cast<std::size_t>(at)] * kTie;
  double p = 0.0;
  for (const double one : total.pmf) p += one <= limit ? one : 0.0;
  return std::min(1.0, p);
}

double stratified_anytime_p(const std::vector<Stratum>& strata) {
  constexpr std::array<double, 8> kLogOdds{0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0};
  std::array<double, 2 * kLogOdds.size()> log_wealth{};
  for (const Stratum& stratum : strata) {
    if (stratum.a.trials == 0 || stratum.b.trials == 0) continue;
    const Counts counts = counts_of(Hypergeometric::of_counted(stratum.a, stratum.b));
    for (std::size_t i = 0; i < kLogOdds.size(); ++i) {
      log_wealth[2 * i] += log_likelihood_ratio(counts, stratum.a.counted, kLogOdds[i]);
      log_wealth[2 * i + 1] += log_likelihood_ratio(counts, stratum.a.counted, -kLogOdds[i]);
    }
  }
  const double most = *std::max_element(log_wealth.begin(), log_wealth.end());
  double sum = 0.0;
  for (const double one : log_wealth) sum += std::exp(one - most);
  return std::min(1.0, std::exp(-most) * static_cast<double>(log_wealth.size()) / sum);
}

Homogeneity breslow_day(const std::vector<Stratum>& strata) {
  const StratifiedComparison common = cochran_mantel_haenszel(strata, ContinuityCorrection::none);
  Homogeneity out;
  if (common.informative < 2 || !(common.odds_ratio > 0.0) || std::isinf(common.odds_ratio)) return out;
  double deviation_sum = 0.0;
  double variance_sum = 0.0;
  for (const Stratum& stratum : strata) {
    const double n = static_cast<double>(stratum.a.trials);
    const double m = static_cast<double>(stratum.b.trials);
    const double total = static_cast<double>(stratum.a.counted + stratum.b.counted);
    if (n == 0.0 || m == 0.0 || total == 0.0 || total == n + m) continue;
    const double expected = expected_count(stratum, common.odds_ratio);
    const double variance = 1.0 / (1.0 / expected + 1.0 / (total - expected) + 1.0 / (n - expected) +
                                   1.0 / (m - total + expected));
    const double deviation = static_cast<double>(stratum.a.counted) - expected;
    out.statistic += deviation * deviation / variance;
    deviation_sum += deviation;
    variance_sum += variance;
  }
  out.statistic -= deviation_sum * deviation_sum / variance_sum;
  out.freedom = static_cast<double>(common.informative) - 1.0;
  out.p_value = chi_squared_survival(out.statistic, out.freedom);
  return out;
}

}  // namespace faultline

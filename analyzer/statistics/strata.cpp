#include "analyzer/statistics/strata.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

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

}  // namespace faultline

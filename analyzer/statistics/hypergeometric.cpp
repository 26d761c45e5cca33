#include "analyzer/statistics/hypergeometric.h"

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/distributions.h"

namespace faultline {
namespace {

// Terms below this share of the sum change no digit of it.
constexpr double kVanished = 1e-18;

double sum_downwards(const Hypergeometric& of, std::int64_t x) {
  double term = of.pmf(x);
  double sum = term;
  for (std::int64_t i = x; i > of.least() && term > sum * kVanished; --i) {
    term /= of.step_up(i - 1);
    sum += term;
  }
  return sum;
}

double sum_upwards(const Hypergeometric& of, std::int64_t x) {
  double term = of.pmf(x);
  double sum = term;
  for (std::int64_t i = x; i < of.most() && term > sum * kVanished; ++i) {
    term *= of.step_up(i);
    sum += term;
  }
  return sum;
}

}  // namespace

std::int64_t Hypergeometric::least() const { return std::max<std::int64_t>(0, drawn + marked - total); }
std::int64_t Hypergeometric::most() const { return std::min(marked, drawn); }

std::int64_t Hypergeometric::mode() const {
  const double at = (static_cast<double>(drawn) + 1.0) * (static_cast<double>(marked) + 1.0) /
                    (static_cast<double>(total) + 2.0);
  return std::clamp(static_cast<std::int64_t>(at), least(), most());
}

double Hypergeometric::pmf(std::int64_t x) const {
  if (x < least() || x > most()) return 0.0;
  return std::exp(log_choose(marked, x) + log_choose(total - marked, drawn - x) - log_choose(total, drawn));
}

double Hypergeometric::step_up(std::int64_t x) const {
  const auto real = [](std::int64_t value) { return static_cast<double>(value); };
  return real(marked - x) * real(drawn - x) / (real(x + 1) * real(total - marked - drawn + x + 1));
}

double Hypergeometric::lower_tail(std::int64_t x) const {
  if (x < least()) return 0.0;
  if (x >= most()) return 1.0;
  // Beyond the middle the other tail is shorter, and its complement exact enough.
  return x > mode() ? std::max(0.0, 1.0 - sum_upwards(*this, x + 1)) : std::min(1.0, sum_downwards(*this, x));
}

double Hypergeometric::upper_tail(std::int64_t x) const {
  if (x <= least()) return 1.0;
  if (x > most()) return 0.0;
  return x <= mode() ? std::max(0.0, 1.0 - sum_downwards(*this, x - 1))
                     : std::min(1.0, sum_upwards(*this, x));
}

}  // namespace faultline

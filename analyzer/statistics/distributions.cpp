#include "analyzer/statistics/distributions.h"

#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>

namespace faultline {
namespace {

namespace policies = boost::math::policies;

/// No exceptions, no promotion to long double: the same digits on every processor.
using Quiet = policies::policy<
    policies::domain_error<policies::ignore_error>, policies::pole_error<policies::ignore_error>,
    policies::overflow_error<policies::ignore_error>, policies::underflow_error<policies::ignore_error>,
    policies::evaluation_error<policies::ignore_error>, policies::promote_double<false>>;

double log_gamma(double x) { return boost::math::lgamma(x, Quiet()); }

}  // namespace

double beta_quantile(double a, double b, double probability) {
  return boost::math::ibeta_inv(a, b, probability, Quiet());
}

double beta_cdf(double a, double b, double x) {
  if (x <= 0.0) return 0.0;
  if (x >= 1.0) return 1.0;
  return boost::math::ibeta(a, b, x, Quiet());
}

double log_beta(double a, double b) { return log_gamma(a) + log_gamma(b) - log_gamma(a + b); }

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal_distribution<double, Quiet>(), probability);
}

double chi_squared_survival(double x, double freedom) {
  if (!(x > 0.0)) return std::isnan(x) ? x : 1.0;
  if (std::isinf(x)) return 0.0;
  return boost::math::gamma_q(freedom / 2.0, x / 2.0, Quiet());
}

double fisher_f_survival(double x, double numerator, double denominator) {
  if (!(x > 0.0)) return std::isnan(x) ? x : 1.0;
  return boost::math::ibeta(denominator / 2.0, numerator / 2.0, denominator / (denominator + numerator * x),
                            Quiet());
}

double gamma_quantile(double shape, double probability) {
  return boost::math::gamma_p_inv(shape, probability, Quiet());
}

double student_t_quantile(double probability, double freedom) {
  return boost::math::quantile(boost::math::students_t_distribution<double, Quiet>(freedom), probability);
}

double log_choose(std::int64_t n, std::int64_t k) {
  if (k < 0 || k > n) return -std::numeric_limits<double>::infinity();
  return log_gamma(static_cast<double>(n) + 1.0) - log_gamma(static_cast<double>(k) + 1.0) -
         log_gamma(static_cast<double>(n - k) + 1.0);
}

double binomial_pmf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0 || k > n) return 0.0;
  if (p <= 0.0) return k == 0 ? 1.0 : 0.0;
  if (p >= 1.0) return k == n ? 1.0 : 0.0;
  return std::exp(log_choose(n, k) + static_cast<double>(k) * std::log(p) +
                  static_cast<double>(n - k) * std::log1p(-p));
}

double binomial_cdf(std::int64_t k, std::int64_t n, double p) {
  if (k < 0) return 0.0;
  if (k >= n) return 1.0;
  return beta_cdf(static_cast<double>(n - k), static_cast<double>(k) + 1.0, 1.0 - p);
}

}  // namespace faultline

// The distributions that tests and intervals rest on: the one place that knows Boost.Math.
//
// All functions are pure, and never throw: where Boost has no answer they give NaN.

#pragma once

#include <cstdint>

namespace faultline {

/// The x at which a Beta(a, b) variable is below with probability `probability`.
double beta_quantile(double a, double b, double probability);
/// P(X <= x) of Beta(a, b).
double beta_cdf(double a, double b, double x);
/// ln B(a, b).
double log_beta(double a, double b);

/// The z below which a standard normal variable is with that probability.
double normal_quantile(double probability);

/// P(X >= x) with `freedom` degrees of freedom.
double chi_squared_survival(double x, double freedom);

/// Quantile of the gamma distribution with that shape and scale 1.
double gamma_quantile(double shape, double probability);
double student_t_quantile(double probability, double freedom);
/// P(X >= x) of Fisher's F.
double fisher_f_survival(double x, double numerator, double denominator);

/// ln of the binomial coefficient.
double log_choose(std::int64_t n, std::int64_t k);
/// P(X = k) for n trials of probability p.
double binomial_pmf(std::int64_t k, std::int64_t n, double p);
/// P(X <= k).
double binomial_cdf(std::int64_t k, std::int64_t n, double p);

}  // namespace faultline

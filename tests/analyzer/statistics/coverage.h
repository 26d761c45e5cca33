// How often intervals hold the truth and verdicts are false: computed, or simulated where that is too much.
//
// Where the sample space is small, every possible outcome is visited with its probability, so that the
// figure is exact; the others are simulated with a fixed seed, and repeat to the last digit.

#pragma once

#include <cstdint>
#include <vector>

#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/proportion.h"

namespace faultline {

/// The probability that the interval of n trials holds the rate p. Exact.
double proportion_coverage(IntervalMethod method, double p, std::int64_t n);

/// The same for one-sided Clopper-Pearson upper bounds.
double upper_bound_coverage(double p, std::int64_t n);

struct TwoRates {
  double a = 0.0;
  double b = 0.0;
  std::int64_t trials_a = 0;
  std::int64_t trials_b = 0;
};
/// Exact.
double newcombe_coverage(const TwoRates& truth);
double koopman_coverage(const TwoRates& truth);

/// The probability that compare() claims a difference between two sides of one rate. Exact.
double false_verdicts(double p, std::int64_t trials_a, std::int64_t trials_b);

/// The share of `runs` in which the anytime interval held p at each of `looks` looks, one after each trial.
double anytime_coverage(double p, int looks, int runs);

/// The same for the ratio of two rates, with a trial on each side before each look.
double anytime_ratio_coverage(double p_a, double p_b, int looks, int runs);

/// The share of `runs` in which a stop rule "decided" ended one of `looks` looks at two equal sides.
double anytime_false_decisions(double p, int looks, int runs);
/// The same where Fisher's test is read at each look: what the anytime p-value is there for.
double peeking_false_decisions(double p, int looks, int runs);

/// The share of `runs` with any claim, in a table of `cells` cells against one, all of one rate: Holm.
double false_tables(double p, std::int64_t trials, int cells, int runs);

/// The share of `runs` with a claim where the sides have one rate in each night, nights differ, and the
/// sides did not run equally often in each.
double false_stratified_verdicts(int nights, int runs);

/// Nights whose rates vary around p: how often the pooled interval that is widened where overdispersion is
/// found, and the plain one, hold p.
struct NightCoverage {
  double widened = 0.0;
  double plain = 0.0;
};
NightCoverage night_coverage(double p, double correlation, int nights, std::int64_t trials, int runs);

/// Two sides of one rate that ran in different nights, whose rates vary with that intraclass correlation: the
/// shares of `runs` with a verdict and with a change.
struct NightClaims {
  double verdicts = 0.0;
  double changes = 0.0;
};
NightClaims false_night_claims(double p, double correlation, int nights_a_side, std::int64_t trials,
                               int runs);

/// The share of `runs` in which one of `looks` looks, one after each night, had a verdict by compare() with
/// ComparisonContext::each_night. `shared`: both sides run in each night; else every other night is of one.
/// `each_night` false: what must not be done, the test for one look.
double false_verdicts_at_looks(double correlation, int looks, bool shared, bool each_night, int runs);

/// The share of `runs` with a verdict where the sides of one rate are unlike mixes of cells whose rates
/// differ.
double false_unlike_mixes(int runs);

/// As many trials a side are named for `test`, at the level of one claim among `claims`.
std::int64_t promised_trials(TestKind test, double rate_a, double rate_b, std::size_t claims);

/// The share of `runs` in which `test` finds the difference with as many trials a side as are named for it,
/// at the level of one claim among `claims`.
double promised_power(TestKind test, double rate_a, double rate_b, std::size_t claims, int runs);

/// One run of `trials` whose outcome is with probability `stay` that of the trial before: how often the
/// interval that rates show, and the plain one, hold p.
NightCoverage order_coverage(double p, double stay, int trials, int runs);

/// Crashes per operation over nights whose rates vary (gamma, with that coefficient of variation): the same.
NightCoverage event_rate_coverage(double variation, int nights, int runs);

/// The share of `runs` in which one of ten cells is said to have changed, where nights have one rate, or vary
/// with that correlation.
double false_changes(double correlation, int nights, int runs);

/// The share of `runs` in which one of ten rows of numbers is said to differ from the row that it is
/// compared with, all of one skewed distribution, over two nights of different speed.
double false_ratios(std::size_t values, int runs);

/// The share of `runs` in which a model of 2 x 3 cells of one rate claims any odds ratio, over nights with
/// that correlation.
double false_models(double correlation, int nights, int runs);

/// How many values of one skewed mode are said to have two, as a share of `runs`.
double false_modes(std::size_t values, int runs);

/// The share of `runs` in which the interval holds the median of a skewed distribution.
double median_coverage(std::size_t values, int runs);

}  // namespace faultline

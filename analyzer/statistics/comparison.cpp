#include "analyzer/statistics/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analyzer/statistics/difference.h"
#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/sample_size.h"
#include "analyzer/statistics/sequential.h"

namespace faultline {
namespace {

void measure(Comparison& out, const ComparisonInput& input, double level) {
  const bool anytime = input.context.anytime;
  out.interval_method = anytime ? IntervalMethod::anytime : IntervalMethod::clopper_pearson;
  out.a_interval = proportion_interval(out.interval_method, input.a, level);
  out.b_interval = proportion_interval(out.interval_method, input.b, level);
  out.difference = input.a.trials == 0 || input.b.trials == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                              : input.a.ratio() - input.b.ratio();
  out.difference_method = anytime ? "anytime" : kDifferenceMethod;
  out.difference_interval =
      anytime ? anytime_difference(input.a, input.b, level) : newcombe_difference(input.a, input.b, level);
  out.ratio = rate_ratio(input.a, input.b);
  out.ratio_method = anytime ? "anytime" : kRatioMethod;
  out.ratio_interval =
      anytime ? anytime_ratio(input.a, input.b, level) : koopman_ratio(input.a, input.b, level);
}

void test(Comparison& out, const ComparisonInput& input, double level) {
  out.fisher = fisher_exact(input.a, input.b);
  out.boschloo = boschloo_exact(input.a, input.b);
  const StratifiedComparison stratified =
      cochran_mantel_haenszel(input.strata, ContinuityCorrection::half, level);
  if (stratified.informative >= 2) {
    out.stratified = stratified;
    out.exact_stratified = exact_stratified(input.strata);
  }
  if (input.context.anytime) {
    out.anytime = anytime_equality_p(input.a, input.b);
    out.decided_by = "anytime";
    out.p_value = *out.anytime;
  } else if (out.exact_stratified) {
    out.decided_by = "exact-stratified";
    out.p_value = *out.exact_stratified;
  } else if (out.stratified) {
    out.decided_by = "cochran-mantel-haenszel";
    out.p_value = out.stratified->p_value;
  } else if (out.boschloo) {
    out.decided_by = "boschloo";
    out.p_value = *out.boschloo;
  } else {
    out.decided_by = "fisher";
    out.p_value = out.fisher;
  }
  out.adjusted_p = out.p_value;
}

void warn(Comparison& out, const ComparisonInput& input) {
  const ComparisonContext& context = input.context;
  if (input.a.trials == 0 || input.b.trials == 0) out.warnings.emplace_back("a side has no trials");
  if (context.is_literal) {
    out.warnings.emplace_back("counts alone: whether the sides share blocks, hosts and nights is not known");
  }
  const bool differ_in_all =
      context.share_block == false && context.share_host == false && context.share_night == false;
  if (differ_in_all) {
    out.warnings.emplace_back(
        "the sides share no block, host or night: what differs between these is part of the difference");
  } else if (context.share_block == false) {
    std::string apart;
    if (context.share_host == false) apart = ", nor a host";
    if (context.share_night == false) apart += ", nor a night";
    out.warnings.push_back("the sides share no block" + apart +
                           ": heat and driver state may pass for an effect");
  }
  if (context.control_crashed == false) {
    out.warnings.emplace_back("the control did not crash: a low rate proves nothing");
  }
  if (context.anytime) {
    out.warnings.emplace_back(
        "not finished, or stopped by a rule: intervals and p-value hold at every look, and are wider for it");
  }
}

/// Whether the direction is that of the pooled counts; strata may tell another (Simpson's paradox), and they
/// are asked then.
ComparisonVerdict direction(const Comparison& of) {
  if (of.stratified && of.decided_by != "anytime") {
    if (of.stratified->odds_ratio == 1.0) return ComparisonVerdict::undecided;
    return of.stratified->odds_ratio > 1.0 ? ComparisonVerdict::higher : ComparisonVerdict::lower;
  }
  if (of.difference > 0.0) return ComparisonVerdict::higher;
  return of.difference < 0.0 ? ComparisonVerdict::lower : ComparisonVerdict::undecided;
}

void judge(Comparison& out, double level) {
  const bool is_claimed = out.adjusted_p <= 1.0 - level;
  out.verdict = is_claimed ? direction(out) : ComparisonVerdict::undecided;
  if (out.verdict == ComparisonVerdict::undecided) {
    const auto needed = trials_still_needed(out.a, out.b, kDefaultPower, level);
    // What the formula holds for enough was not: at least one more.
    if (needed) out.trials_needed = std::max<std::int64_t>(1, *needed);
  }
}

Comparison prepared(const ComparisonInput& input, double level) {
  Comparison out;
  out.group = input.group;
  out.counted = input.counted;
  out.a_name = input.a_name;
  out.b_name = input.b_name;
  out.a = input.a;
  out.b = input.b;
  measure(out, input, level);
  test(out, input, level);
  warn(out, input);
  return out;
}

void judge_together(std::vector<Comparison>& comparisons, std::size_t first, double level) {
  std::vector<double> p_values;
  for (std::size_t i = first; i < comparisons.size(); ++i) p_values.push_back(comparisons[i].p_value);
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = first; i < comparisons.size(); ++i) {
    comparisons[i].adjusted_p = adjusted[i - first];
    comparisons[i].claims = adjusted.size();
    judge(comparisons[i], level);
  }
}

}  // namespace

std::string_view verdict_sign(ComparisonVerdict verdict) {
  return verdict == ComparisonVerdict::undecided ? "~" : verdict_text(verdict);
}

Comparison compare(const ComparisonInput& input, double level) {
  Comparison out = prepared(input, level);
  judge(out, level);
  return out;
}

std::vector<Comparison> compare_all(const std::vector<ComparisonInput>& inputs, double level) {
  std::vector<Comparison> out;
  for (const ComparisonInput& input : inputs) out.push_back(prepared(input, level));
  judge_together(out, 0, level);
  return out;
}

std::vector<Comparison> compare_outcomes(const std::vector<ComparisonInput>& inputs, double level) {
  std::vector<Comparison> out;
  for (const ComparisonInput& input : inputs) out.push_back(prepared(input, level));
  if (out.empty()) return out;
  judge(out.front(), level);
  judge_together(out, 1, level);
  return out;
}

}  // namespace faultline

#include "analyzer/statistics/comparison.h"

#include <fmt/format.h>

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

TestBasis basis_of(const ComparisonInput& input) {
  TestBasis basis;
  basis.a = input.a;
  basis.b = input.b;
  basis.open = input.context.anytime;
  basis.each_night = input.context.each_night;
  basis.nights_apart =
      !input.nights.empty() &&
      (input.nights_as_units || input.context.share_night == false || input.context.share_host == false);
  basis.strata = input.strata;
  basis.nights = input.nights;
  return basis;
}

/// The intervals of both rates: each side by itself, as a table of rates would show it.
void measure_sides(Comparison& out, const ComparisonInput& input, double level) {
  const auto of_side = [&](const Proportion& of, bool is_a) {
    const RateBasis basis{input.context.anytime, nights_of(input.nights, is_a)};
    return choose_interval(of, basis, {std::nullopt, IntervalSide::two_sided, level});
  };
  const ChosenInterval a = of_side(input.a, true);
  out.a_interval = a.interval;
  out.b_interval = of_side(input.b, false).interval;
  out.interval_method = a.method;
}

void measure_pooled(Comparison& out, const ComparisonInput& input, double level) {
  out.difference = input.a.trials == 0 || input.b.trials == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                              : input.a.ratio() - input.b.ratio();
  out.difference_method = kDifferenceMethod;
  out.difference_interval = newcombe_difference(input.a, input.b, level);
  out.ratio = rate_ratio(input.a, input.b);
  out.ratio_method = kRatioMethod;
  out.ratio_interval = koopman_ratio(input.a, input.b, level);
}

/// The effect that belongs to the test that decides.
void measure_effect(Comparison& out, const ComparisonInput& input, double level) {
  measure_pooled(out, input, level);
  switch (out.test) {
    case TestKind::anytime:
    case TestKind::nights_anytime:
      out.difference_method = out.ratio_method = "anytime";
      out.difference_interval = anytime_difference(input.a, input.b, level);
      out.ratio_interval = anytime_ratio(input.a, input.b, level);
      break;
    case TestKind::exact_stratified:
    case TestKind::cochran_mantel_haenszel:
    case TestKind::anytime_stratified:
      out.difference = out.stratified->difference;
      out.difference_interval = out.stratified->difference_interval;
      out.ratio = out.stratified->ratio;
      out.ratio_interval = out.stratified->ratio_interval;
      out.difference_method = out.ratio_method = "mantel-haenszel";
      break;
    case TestKind::nights_permutation:
    case TestKind::too_few_nights:
    case TestKind::fisher:
    case TestKind::boschloo:
      break;
  }
  if (!out.nights_are_units || input.context.anytime) return;
  const auto by_nights =
      nights_difference(nights_of(input.nights, true), nights_of(input.nights, false), level);
  if (by_nights) {
    out.difference_interval = *by_nights;
    out.difference_method = "nights";
  }
}

void test(Comparison& out, const ComparisonInput& input, double level) {
  const TestBasis basis = basis_of(input);
  out.fisher = fisher_exact(input.a, input.b);
  out.boschloo = boschloo_exact(input.a, input.b);
  const StratifiedComparison stratified =
      cochran_mantel_haenszel(input.strata, ContinuityCorrection::half, level);
  if (stratified.informative >= 2) {
    out.stratified = stratified;
    out.exact_stratified = exact_stratified(input.strata);
    out.homogeneity = breslow_day(input.strata);
  }
  if (input.context.anytime) out.anytime = anytime_equality_p(input.a, input.b);
  out.nights_are_units = basis.nights_apart;
  if (basis.nights_apart) {
    out.anytime_nights = nights_anytime_p(input.nights);
  } else if (out.stratified) {
    out.anytime_nights = stratified_anytime_p(input.strata);
  }
  out.change.decided_by = choose_trial_test(basis);
  out.change.p_value = out.change.adjusted_p = test_p_value(out.change.decided_by, basis);
  out.test = choose_verdict_test(basis);
  out.decided_by = test_kind_text(out.test);
  out.p_value = out.adjusted_p =
      out.test == out.change.decided_by ? out.change.p_value : test_p_value(out.test, basis);
}

bool is_stratified(TestKind kind) {
  return kind == TestKind::exact_stratified || kind == TestKind::cochran_mantel_haenszel ||
         kind == TestKind::anytime_stratified;
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
  if (out.nights_are_units) {
    out.warnings.emplace_back(
        "the sides share no night of a host: how much nights vary by themselves is not known from a change "
        "between them");
  }
  if (is_stratified(out.test) && out.homogeneity.p_value < 0.05) {
    out.warnings.push_back(
        fmt::format("the odds ratio is not the same in all strata ({}; Breslow and Day, p = {:.2g}): the "
                    "common effect is "
                    "an average over unlike ones",
                    input.strata_name, out.homogeneity.p_value));
  }
  out.warnings.insert(out.warnings.end(), input.notes.begin(), input.notes.end());
  if (context.anytime) {
    out.warnings.emplace_back(
        "not finished, or stopped by a rule: intervals and p-value hold at every look, and are wider for it");
  }
}

ComparisonVerdict sign_of(double value, double neutral) {
  if (value > neutral) return ComparisonVerdict::higher;
  return value < neutral ? ComparisonVerdict::lower : ComparisonVerdict::undecided;
}

/// Whether the direction is that of the pooled counts; strata may tell another (Simpson's paradox), and they
/// are asked where they decide.
ComparisonVerdict direction(const Comparison& of, TestKind kind) {
  if (is_stratified(kind)) return sign_of(of.stratified->odds_ratio, 1.0);
  return sign_of(of.a.ratio(), of.b.ratio());
}

void name_what_is_needed(Comparison& out, const ComparisonInput& input, double level) {
  if (out.nights_are_units) {
    out.nights_needed = nights_still_needed(nights_of(input.nights, true), nights_of(input.nights, false),
                                            kDefaultPower, level, out.claims);
    return;
  }
  const double at_level = 1.0 - (1.0 - level) / static_cast<double>(out.claims);
  const auto needed = trials_still_needed(out.test, basis_of(input), kDefaultPower, at_level);
  // What the formula holds for enough was not: at least one more.
  if (needed) out.trials_needed = std::max<std::int64_t>(1, *needed);
}

void judge(Comparison& out, const ComparisonInput& input, double level) {
  const auto claimed = [&](double p, TestKind kind) {
    return p <= 1.0 - level ? direction(out, kind) : ComparisonVerdict::undecided;
  };
  out.verdict = claimed(out.adjusted_p, out.test);
  out.change.direction = claimed(out.change.adjusted_p, out.change.decided_by);
  if (out.verdict == ComparisonVerdict::undecided) name_what_is_needed(out, input, level);
}

Comparison prepared(const ComparisonInput& input, double level) {
  Comparison out;
  out.group = input.group;
  out.counted = input.counted;
  out.a_name = input.a_name;
  out.b_name = input.b_name;
  out.a = input.a;
  out.b = input.b;
  out.strata_name = input.strata_name;
  test(out, input, level);
  measure_sides(out, input, level);
  measure_effect(out, input, level);
  warn(out, input);
  return out;
}

void judge_together(std::vector<Comparison>& comparisons, const std::vector<ComparisonInput>& inputs,
                    std::size_t first, double level) {
  std::vector<double> p_values;
  std::vector<double> of_changes;
  for (std::size_t i = first; i < comparisons.size(); ++i) {
    p_values.push_back(comparisons[i].p_value);
    of_changes.push_back(comparisons[i].change.p_value);
  }
  const std::vector<double> adjusted = holm(p_values);
  const std::vector<double> adjusted_changes = holm(of_changes);
  for (std::size_t i = first; i < comparisons.size(); ++i) {
    comparisons[i].adjusted_p = adjusted[i - first];
    comparisons[i].change.adjusted_p = adjusted_changes[i - first];
    comparisons[i].claims = adjusted.size();
    judge(comparisons[i], inputs[i], level);
  }
}

std::vector<Comparison> prepare_all(const std::vector<ComparisonInput>& inputs, double level) {
  std::vector<Comparison> out;
  out.reserve(inputs.size());
  for (const ComparisonInput& input : inputs) out.push_back(prepared(input, level));
  return out;
}

}  // namespace

std::string_view verdict_sign(ComparisonVerdict verdict) {
  return verdict == ComparisonVerdict::undecided ? "~" : verdict_text(verdict);
}

Comparison compare(const ComparisonInput& input, double level) {
  Comparison out = prepared(input, level);
  judge(out, input, level);
  return out;
}

std::vector<Comparison> compare_all(const std::vector<ComparisonInput>& inputs, double level) {
  std::vector<Comparison> out = prepare_all(inputs, level);
  judge_together(out, inputs, 0, level);
  return out;
}

std::vector<Comparison> compare_outcomes(const std::vector<ComparisonInput>& inputs, double level) {
  std::vector<Comparison> out = prepare_all(inputs, level);
  if (out.empty()) return out;
  judge(out.front(), inputs.front(), level);
  judge_together(out, inputs, 1, level);
  return out;
}

bool interval_and_test_disagree(const Comparison& of) {
  if (std::isnan(of.difference) || of.test == TestKind::too_few_nights || of.claims > 1) return false;
  const bool excludes_none = of.difference_interval.low > 0.0 || of.difference_interval.high < 0.0;
  return excludes_none != (of.verdict != ComparisonVerdict::undecided);
}

}  // namespace faultline

#include "analyzer/statistics/method_choice.h"

#include <algorithm>

#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/sequential.h"
#include "analyzer/statistics/trend.h"

namespace faultline {
namespace {

Interval one_side(const Interval& both, IntervalSide side) {
  switch (side) {
    case IntervalSide::two_sided:
      return both;
    case IntervalSide::upper:
      return {0.0, both.high};
    case IntervalSide::lower:
      return {both.low, 1.0};
  }
  return both;
}

/// The whole error on one side is half the error of a two-sided interval of this level; a bound at 50 % and
/// less is the middle of what is known.
double two_sided_level(const IntervalWish& wish) {
  return wish.side == IntervalSide::two_sided ? wish.level : std::max(2.0 * wish.level - 1.0, 1e-6);
}

std::size_t informative(const std::vector<Stratum>& strata) {
  return static_cast<std::size_t>(std::count_if(strata.begin(), strata.end(), [](const Stratum& stratum) {
    const std::int64_t counted = stratum.a.counted + stratum.b.counted;
    const std::int64_t trials = stratum.a.trials + stratum.b.trials;
    return stratum.a.trials > 0 && stratum.b.trials > 0 && counted > 0 && counted < trials;
  }));
}

}  // namespace

IntervalMethod choose_interval_method(bool open, const std::optional<IntervalMethod>& asked) {
  if (asked) return *asked;
  return open ? IntervalMethod::anytime : IntervalMethod::clopper_pearson;
}

ChosenInterval choose_interval(const Proportion& of, const RateBasis& basis, const IntervalWish& wish) {
  ChosenInterval chosen;
  chosen.method = choose_interval_method(basis.open, wish.method);
  const double level = two_sided_level(wish);
  chosen.widened = !wish.method && !basis.open && basis.nights.size() >= 2 &&
                   overdispersion(basis.nights).is_overdispersed;
  chosen.interval = one_side(chosen.widened ? overdispersed_interval(basis.nights, level)
                                            : proportion_interval(chosen.method, of, level),
                             wish.side);
  if (wish.method || basis.open || basis.sequences.empty()) return chosen;
  const OrderTests order = order_tests(basis.sequences);
  chosen.order_matters = order.matters && order.factor > 1.0;
  if (chosen.order_matters) {
    const Interval wider = one_side(ordered_interval(of, order, level), wish.side);
    chosen.interval = {std::min(chosen.interval.low, wider.low), std::max(chosen.interval.high, wider.high)};
  }
  return chosen;
}

std::string_view test_kind_name(TestKind kind) {
  switch (kind) {
    case TestKind::fisher:
      return "Fisher";
    case TestKind::boschloo:
      return "Boschloo";
    case TestKind::exact_stratified:
      return "exact, stratified";
    case TestKind::cochran_mantel_haenszel:
      return "Cochran-Mantel-Haenszel";
    case TestKind::anytime:
      return "anytime-valid";
    case TestKind::anytime_stratified:
      return "anytime-valid, by night";
    case TestKind::nights_permutation:
      return "permutation of nights";
    case TestKind::nights_anytime:
      return "anytime-valid, nights as units";
    case TestKind::too_few_nights:
      return "too few nights";
  }
  return "";
}

std::vector<Proportion> nights_of(const std::vector<Night>& nights, bool is_a) {
  std::vector<Proportion> of_side;
  for (const Night& night : nights) {
    if (night.is_a == is_a && night.of.trials > 0) of_side.push_back(night.of);
  }
  return of_side;
}

TestKind choose_trial_test(const TestBasis& basis) {
  if (basis.open) return TestKind::anytime;
  if (informative(basis.strata) >= 2) {
    if (basis.each_night) return TestKind::anytime_stratified;
    return exact_stratified(basis.strata) ? TestKind::exact_stratified : TestKind::cochran_mantel_haenszel;
  }
  if (basis.each_night) return TestKind::anytime;
  const bool is_small = std::max(basis.a.trials, basis.b.trials) <= kBoschlooLimit;
  return is_small ? TestKind::boschloo : TestKind::fisher;
}

TestKind choose_verdict_test(const TestBasis& basis) {
  if (!basis.nights_apart) return choose_trial_test(basis);
  if (basis.each_night || basis.open) return TestKind::nights_anytime;
  const std::size_t fewest =
      std::min(nights_of(basis.nights, true).size(), nights_of(basis.nights, false).size());
  return fewest < kLeastNights ? TestKind::too_few_nights : TestKind::nights_permutation;
}

double test_p_value(TestKind kind, const TestBasis& basis) {
  switch (kind) {
    case TestKind::fisher:
      return fisher_exact(basis.a, basis.b);
    case TestKind::boschloo:
      return boschloo_exact(basis.a, basis.b).value_or(1.0);
    case TestKind::exact_stratified:
      return exact_stratified(basis.strata).value_or(1.0);
    case TestKind::cochran_mantel_haenszel:
      return cochran_mantel_haenszel(basis.strata).p_value;
    case TestKind::anytime:
      return anytime_equality_p(basis.a, basis.b);
    case TestKind::anytime_stratified:
      return stratified_anytime_p(basis.strata);
    case TestKind::nights_permutation:
      return nights_permutation_p(nights_of(basis.nights, true), nights_of(basis.nights, false));
    case TestKind::nights_anytime:
      return nights_anytime_p(basis.nights);
    case TestKind::too_few_nights:
      return 1.0;
  }
  return 1.0;
}

}  // namespace faultline

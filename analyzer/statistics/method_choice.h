// Which interval and which test a selection of trials takes: the one place that decides it.
//
// Every table, page, bundle and check asks here, so that one and the same selection has one and the same
// interval and verdict wherever it is shown. Nothing is chosen by its p-value: only by how the trials came
// about.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "analyzer/statistics/night_tests.h"
#include "analyzer/statistics/order_tests.h"
#include "analyzer/statistics/proportion.h"
#include "analyzer/statistics/strata.h"
#include "core/base/enum_text.h"
#include "core/model/estimate.h"

namespace faultline {

/// How the trials behind a rate came about.
struct RateBasis {
  /// A run among them is unfinished or has a stop rule: only what holds at every look may be shown.
  bool open = false;
  /// The counts of each night of each host, where they are known. One, or none: trials of one night.
  std::vector<Proportion> nights{};
  /// The trials of each cell and run in their order, where they were asked for.
  std::vector<TrialSequence> sequences{};
};

/// What a person may ask for.
struct IntervalWish {
  std::optional<IntervalMethod> method{};  ///< Absent: chosen here.
  IntervalSide side = IntervalSide::two_sided;
  double level = kDefaultLevel;
};

struct ChosenInterval {
  Interval interval;
  IntervalMethod method = IntervalMethod::clopper_pearson;
  /// Nights differ beyond chance: the interval uses the effective number of trials, and is wider for it.
  bool widened = false;
  /// Neighbours within a run are alike, or the rate drifts (order_tests()): the interval allows for it.
  bool order_matters = false;
};

/// The method alone: what was asked for, else anytime-valid for an open selection, else Clopper-Pearson.
IntervalMethod choose_interval_method(bool open, const std::optional<IntervalMethod>& asked = std::nullopt);

/// The interval of a rate, or its one-sided bound with the other end at 0 or 1. Widened by
/// overdispersed_interval() where nights differ beyond chance (overdispersion()), unless it is anytime-valid
/// or a method was asked for; and by ordered_interval() where order within runs matters. Where both do, it
/// covers both.
ChosenInterval choose_interval(const Proportion& of, const RateBasis& basis, const IntervalWish& wish = {});

/// A test of two sides.
enum class TestKind {
  fisher,
  boschloo,
  exact_stratified,
  cochran_mantel_haenszel,
  anytime,             ///< Looks after each trial.
  anytime_stratified,  ///< Looks after each whole night; the sides share nights.
  nights_permutation,
  nights_anytime,  ///< Looks after each whole night; the sides share none.
  too_few_nights,  ///< No test: undecided.
};

inline constexpr std::array<EnumText<TestKind>, 9> kTestKindTexts{{
    {TestKind::fisher, "fisher"},
    {TestKind::boschloo, "boschloo"},
    {TestKind::exact_stratified, "exact-stratified"},
    {TestKind::cochran_mantel_haenszel, "cochran-mantel-haenszel"},
    {TestKind::anytime, "anytime"},
    {TestKind::anytime_stratified, "anytime-stratified"},
    {TestKind::nights_permutation, "nights-permutation"},
    {TestKind::nights_anytime, "nights-anytime"},
    {TestKind::too_few_nights, "too-few-nights"},
}};
static_assert(is_complete(kTestKindTexts, TestKind::too_few_nights));

inline std::string_view test_kind_text(TestKind kind) { return enum_text(kTestKindTexts, kind); }
/// For tables: `Boschloo`, `permutation of nights`.
std::string_view test_kind_name(TestKind kind);

/// How the trials of two sides came about.
struct TestBasis {
  Proportion a;
  Proportion b;
  bool open = false;              ///< As in RateBasis.
  bool each_night = false;        ///< Looked at again after each night.
  bool nights_apart = false;      ///< It is known that the sides share no night of a host.
  std::vector<Stratum> strata{};  ///< Of what both sides have: hosts, nights, cells.
  std::vector<Night> nights{};    ///< In the order in which they came; where known.
};

/// The test over trials: whether the sides differ beyond what trials of these nights vary. Open selections
/// get the anytime-valid one; at least two informative strata a stratified one; else Boschloo, else Fisher.
TestKind choose_trial_test(const TestBasis& basis);

/// The test that a verdict rests on: the same where both sides ran in the same nights or nothing is known
/// of nights; where they share none, one that takes nights as units, or none with fewer than kLeastNights a
/// side.
TestKind choose_verdict_test(const TestBasis& basis);

/// Nights of one side.
std::vector<Proportion> nights_of(const std::vector<Night>& nights, bool is_a);

/// The p-value of that test; 1 for too_few_nights.
double test_p_value(TestKind kind, const TestBasis& basis);

}  // namespace faultline

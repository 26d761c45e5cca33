// Two sides compared: how far apart, whether that is more than chance, and what it would take to know.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/proportion.h"
#include "analyzer/statistics/strata.h"
#include "core/base/enum_text.h"
#include "core/model/estimate.h"

namespace faultline {

/// About a, against b.
enum class ComparisonVerdict { higher, lower, undecided };

inline constexpr std::array<EnumText<ComparisonVerdict>, 3> kComparisonVerdictTexts{{
    {ComparisonVerdict::higher, "higher"},
    {ComparisonVerdict::lower, "lower"},
    {ComparisonVerdict::undecided, "undecided"},
}};
static_assert(is_complete(kComparisonVerdictTexts, ComparisonVerdict::undecided));

inline std::string_view verdict_text(ComparisonVerdict verdict) {
  return enum_text(kComparisonVerdictTexts, verdict);
}
/// For tables: `higher`, `lower`, `~`.
std::string_view verdict_sign(ComparisonVerdict verdict);

/// How the sides came about. Unknown is not the same as no: literal counts know nothing.
struct ComparisonContext {
  std::optional<bool> share_block;
  std::optional<bool> share_host;
  std::optional<bool> share_night;
  /// Whether the control cell crashed on each side that has one; absent where there is no control.
  std::optional<bool> control_crashed;
  /// Counts were given or imported, not measured by this store.
  bool is_literal = false;
  /// A run among them is unfinished or has a stop rule: only anytime-valid statements are made.
  bool anytime = false;
  /// The comparison is made again after each night: the test must hold at every such look.
  bool each_night = false;
};

struct ComparisonInput {
  std::string group{};       ///< Where both sides were cut alike: `threads=8`. Empty: they were not.
  std::string counted;       ///< What is counted: `bad`, `crashed`, `site~…`.
  std::string a_name = "A";  ///< What the sides are: `lock=none`, a run.
  std::string b_name = "B";
  Proportion a;
  Proportion b;
  /// By host and night, and by cell where the sides are unlike mixes of cells; used where at least two are
  /// informative.
  std::vector<Stratum> strata{};
  /// What the strata are, in words: `host and night`.
  std::string strata_name = "host and night";
  /// Of both sides, one for each host and night, in the order in which they came. Where the sides share
  /// none (context.share_night or share_host is false), nights are the units of the verdict.
  std::vector<Night> nights{};
  /// The sides share too few nights to be compared within them.
  bool nights_as_units = false;
  std::vector<std::string> notes{};  ///< Of whoever made the input; they become warnings.
  ComparisonContext context;
};

/// A difference beyond trial-to-trial chance between these trials. Where the sides share no night it is not
/// known how much nights vary by themselves, and a change is all that may be said.
struct ChangeClaim {
  TestKind decided_by = TestKind::fisher;
  double p_value = 1.0;
  double adjusted_p = 1.0;  ///< By Holm, among the claims of the table.
  ComparisonVerdict direction = ComparisonVerdict::undecided;
};

struct Comparison {
  std::string group;  ///< As in the input.
  std::string counted;
  std::string a_name;
  std::string b_name;
  Proportion a;
  Proportion b;
  Interval a_interval;
  Interval b_interval;
  IntervalMethod interval_method = IntervalMethod::clopper_pearson;
  double difference = 0.0;  ///< rate(a) - rate(b); NaN where a side has no trials.
  Interval difference_interval{-1.0, 1.0};
  std::string difference_method;
  double ratio = 1.0;  ///< Infinite or NaN where b counted nothing.
  Interval ratio_interval;
  std::string ratio_method;
  double fisher = 1.0;
  std::optional<double> boschloo;  ///< Absent beyond its limit of trials.
  std::optional<StratifiedComparison> stratified;
  Homogeneity homogeneity;  ///< Of the odds ratio over the strata; where `stratified` is there.
  std::optional<double> exact_stratified;  ///< Beside it, where the strata are small enough.
  std::optional<double> anytime;
  std::string decided_by;            ///< The one test that the verdict rests on, as test_kind_text() has it.
  TestKind test = TestKind::fisher;  ///< The same.
  double p_value = 1.0;              ///< Of that test.
  double adjusted_p = 1.0;           ///< By Holm, among the claims of the table.
  ComparisonVerdict verdict = ComparisonVerdict::undecided;
  std::optional<std::int64_t>
      trials_needed;  ///< More, on each side; only where undecided and a number can be named.
  /// The sides share no night: the verdict takes nights as units, and `change` says what trials show.
  bool nights_are_units = false;
  ChangeClaim change;                         ///< As the verdict where nights are no units.
  std::optional<double> anytime_nights;       ///< For looks after each night; where there are nights.
  std::optional<std::int64_t> nights_needed;  ///< More, on each side; only where undecided for want of them.
  std::string strata_name;                    ///< As in the input.
  std::vector<std::string> warnings;
  std::size_t claims = 1;  ///< Judged together; more than one means that Holm's correction is in adjusted_p.
};

/// One comparison alone. Interval and test are those of method_choice.h, chosen by how the trials came
/// about, never by a p-value. The difference and the ratio are those of the test that decides: common to the
/// strata where it is stratified, with nights as units where they are. A difference is claimed where the
/// p-value is at most 1 - level.
Comparison compare(const ComparisonInput& input, double level = kDefaultLevel);

/// A table of claims: as compare(), with Holm's correction over all of them before any is claimed.
std::vector<Comparison> compare_all(const std::vector<ComparisonInput>& inputs, double level = kDefaultLevel);

/// Whether the interval of the difference excludes 0 while the test claims nothing, or the other way round:
/// the interval describes, the test decides, and the reader is told.
bool interval_and_test_disagree(const Comparison& comparison);

/// The outcomes of two arms: the first input (`bad`) is judged alone, the others after it, corrected among
/// themselves: a fix that turns crashes into hangs must not look like one.
std::vector<Comparison> compare_outcomes(const std::vector<ComparisonInput>& inputs,
                                         double level = kDefaultLevel);

}  // namespace faultline

// Intervals for one proportion: what k of n says about the rate behind it.
//
// Assumption of all of them: trials are independent and have one rate. Where nights differ, see
// trend.h (overdispersion). None of them may be looked at again and again while trials still come in:
// for that there is sequential.h.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/enum_text.h"
#include "core/model/estimate.h"

namespace faultline {

enum class IntervalMethod { clopper_pearson, wilson, jeffreys, anytime };

inline constexpr std::array<EnumText<IntervalMethod>, 4> kIntervalMethodTexts{{
    {IntervalMethod::clopper_pearson, "clopper-pearson"},
    {IntervalMethod::wilson, "wilson"},
    {IntervalMethod::jeffreys, "jeffreys"},
    {IntervalMethod::anytime, "anytime"},
}};
static_assert(is_complete(kIntervalMethodTexts, IntervalMethod::anytime));

inline std::string_view interval_method_text(IntervalMethod method) {
  return enum_text(kIntervalMethodTexts, method);
}
inline std::optional<IntervalMethod> parse_interval_method(std::string_view text) {
  return parse_enum(kIntervalMethodTexts, text);
}
/// As tables name it: `Clopper-Pearson, two-sided 95 %`.
std::string_view interval_method_name(IntervalMethod method);

inline constexpr double kDefaultLevel = 0.95;

/// Exact, by the quantiles of the beta distribution (Clopper and Pearson 1934, Biometrika 26:404):
/// low = B(a/2; k, n-k+1), high = B(1-a/2; k+1, n-k). Its coverage is never below `level`; for small n
/// it is wider than need be. No trials: [0, 1]. `level` lies inside (0, 1).
Interval clopper_pearson(const Proportion& of, double level = kDefaultLevel);

/// The exact one-sided upper bound: the whole error on one side. `0/n` at 95 % gives about 3/n above.
/// To be named as one-sided wherever it is shown.
double clopper_pearson_upper(const Proportion& of, double level = kDefaultLevel);

/// Wilson's score interval without continuity correction (Wilson 1927, JASA 22:209). Narrower, with
/// coverage near `level` on average, below it for some rates (seriously so for rates near 0 and 1):
/// not for claims that a rate is tiny.
Interval wilson(const Proportion& of, double level = kDefaultLevel);

/// Equal-tailed quantiles of Beta(k+1/2, n-k+1/2), with 0 and 1 at the ends of the data (Brown, Cai
/// and DasGupta 2001, Statistical Science 16:101). As Wilson, on average.
Interval jeffreys(const Proportion& of, double level = kDefaultLevel);

/// The one that is named. `anytime` is that of sequential.h.
Interval proportion_interval(IntervalMethod method, const Proportion& of, double level = kDefaultLevel);

/// How many trials one must run to see at least one event with probability `chance`, if the rate were
/// `rate`: ceil(ln(1-chance) / ln(1-rate)). To promise it, pass the lower bound of the rate, not the
/// rate. nullopt where the rate may be 0 (no number of trials is enough).
std::optional<std::int64_t> trials_to_see_one(double rate, double chance = 0.95);

}  // namespace faultline

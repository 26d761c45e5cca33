// Proof that a rate is gone, and proof that one is no worse: what clean trials show, and what they do not.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "analyzer/statistics/comparison.h"
#include "core/base/enum_text.h"
#include "core/model/estimate.h"

namespace faultline {

/// The rate that is to be gone: counted, with the uncertainty of its counts, or exactly known.
struct FormerRate {
  std::optional<Proportion> counts;
  double rate = 0.0;  ///< Of the counts, where there are any.
};

struct GoneClaim {
  std::string method;  ///< `fisher` against counts, `binomial` against a known rate; one-sided.
  double p_value = 1.0;
  bool enough = false;  ///< p_value is at most 1 - level: the former rate is gone.
  /// As many trials with no more counted than now suffice; absent where no number does (nothing was counted
  /// before, or as much is counted now).
  std::optional<std::int64_t> trials_demanded;
};

/// Whether the rate of `now` is below the former one, one-sided at `level`: Fisher's exact test against
/// counts (so that an old 3/10 demands more than a known 30 %), the exact binomial test against a rate.
GoneClaim former_rate_gone(const Proportion& now, const FormerRate& former, double level = kDefaultLevel);

/// What a margin allows to be said.
enum class MarginVerdict { undecided, not_worse, equivalent };

inline constexpr std::array<EnumText<MarginVerdict>, 3> kMarginVerdictTexts{{
    {MarginVerdict::undecided, "undecided"},
    {MarginVerdict::not_worse, "not worse"},
    {MarginVerdict::equivalent, "equivalent"},
}};
static_assert(is_complete(kMarginVerdictTexts, MarginVerdict::equivalent));

struct MarginClaim {
  double margin = 0.0;
  /// Of rate(a) - rate(b) at 2 level - 1: each of its ends errs in 1 - level, as the two one-sided tests do
  /// (Schuirmann 1987, J. Pharmacokin. Biopharm. 15:657).
  Interval interval;
  MarginVerdict verdict = MarginVerdict::undecided;
};

/// Whether a is not worse than b by `margin` or more (the upper end lies below it), or equivalent (both
/// ends lie within). Undecided where the method of the comparison has no interval that could tell: nights
/// apart with fewer than kLeastNights a side.
MarginClaim judge_margin(const ComparisonInput& input, double margin, double level = kDefaultLevel);

}  // namespace faultline

// Exact tests of "both sides have one rate", for two counts.
//
// Both condition on nothing but the counts, assume independent trials with one rate a side, and are
// made for one look at a finished sample (else: sequential.h). Neither says how large a difference is:
// that is difference.h.

#pragma once

#include <cstdint>
#include <optional>

#include "core/model/estimate.h"

namespace faultline {

/// What a test is to find: that the rate of a is another one, a greater one, a smaller one.
enum class Alternative { two_sided, greater, less };

/// Fisher's exact test (Fisher 1935, J. Roy. Statist. Soc. 98:39): hypergeometric, given the total of
/// counted. Two-sided: the sum over all tables that are no more probable than the one seen, as R and
/// SciPy have it (probabilities within a relative 1e-7 are equal). Conservative: its true error lies well
/// below the nominal one for small samples. A side without trials gives 1. Cost: O(sqrt(trials)).
double fisher_exact(const Proportion& a, const Proportion& b,
                    Alternative alternative = Alternative::two_sided);

/// More trials a side than this are left to Fisher: by then the two agree for all practical ends.
inline constexpr std::int64_t kBoschlooLimit = 5'000;

/// Boschloo's exact unconditional test (Boschloo 1970, Statistica Neerlandica 24:1): Fisher's one-sided
/// p-value is the statistic, and the p-value is the greatest probability, over the common rate that is not
/// known, of a statistic no greater than the one seen. Uniformly more powerful than Fisher's test. The
/// two-sided value is twice the smaller one-sided one, at most 1, as SciPy has it.
///
/// The maximum is searched on a grid that is finer than any ripple of the function, and refined; agreement
/// with SciPy is 1e-6. nullopt beyond kBoschlooLimit. Cost: O(n^1.5); some 30 ms at 5,000 a side.
std::optional<double> boschloo_exact(const Proportion& a, const Proportion& b,
                                     Alternative alternative = Alternative::two_sided);

/// Two-sided exact binomial test of "k of n has the rate `rate`": the sum over all k that are no more
/// probable than the one seen, as R's binom.test has it.
double binomial_exact(const Proportion& of, double rate);

}  // namespace faultline

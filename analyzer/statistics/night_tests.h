// Two sides that share no night, compared with nights as units.
//
// Trials of one night are alike: a hot machine, a driver that is in a bad state. Where the sides ran in
// different nights, a test over trials takes what two nights differ in for what the sides differ in; it is
// false far more often than it says. Here each night counts once, as the rate that it had.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// As many nights on each side are asked for, at least: with fewer nothing can be said about how nights
/// vary, and no dealing out of the nights is rare enough to be a finding.
inline constexpr std::size_t kLeastNights = 4;

/// The permutation test of "nights of both sides come from one population": the share of all ways to deal
/// the nights out to the sides that give a difference of the pooled rates at least as large as the one seen
/// (Fisher 1935; Pitman 1937, J. Roy. Statist. Soc. Suppl. 4:119). Two-sided. Exact up to 200,000 ways,
/// else from 20,000 seeded ones, the one seen among them. Assumes that nights are exchangeable under the
/// hypothesis, whatever their distribution. A side without nights gives 1.
double nights_permutation_p(const std::vector<Proportion>& a, const std::vector<Proportion>& b);

/// The least p-value that nights_permutation_p() can give for so many nights.
double least_permutation_p(std::size_t nights_a, std::size_t nights_b);

/// How many nights each side must have, at least kLeastNights, before the permutation test can claim a
/// difference at `level` among `claims` claims.
std::size_t nights_to_judge(double level = kDefaultLevel, std::size_t claims = 1);

/// The anytime-valid p-value of the same hypothesis, for looks after each night: a test martingale over the
/// ranks of the nights' rates (Vovk, Gammerman and Shafer 2005, Algorithmic Learning in a Random World, ch.
/// 7; Fedorova et al. 2012, ICML). Under the hypothesis the rank of each new night among all so far is
/// uniform, whatever came before; the bets say that nights of a rank high (or low), with four strengths in
/// equal parts. By Ville's inequality the p-value is ever at most x with probability at most x.
struct Night {
  Proportion of;
  bool is_a = false;  ///< The side that it is of.
};
/// `nights` in the order in which they came. Nights without trials are passed over.
double nights_anytime_p(const std::vector<Night>& nights);

/// rate(a) - rate(b) with nights as units: the pooled rates, the variance of each from its nights'
/// deviations (the linearized ratio of Cochran 1977, Sampling Techniques, 2.11), never below the binomial
/// one, and Student's t with nights_a + nights_b - 2 degrees of freedom. nullopt with fewer than two nights
/// on a side.
std::optional<Interval> nights_difference(const std::vector<Proportion>& a, const std::vector<Proportion>& b,
                                          double level = kDefaultLevel);

/// How many more nights a side would decide with probability `power`, if the rates and the variation seen
/// are the true ones; never fewer than nights_to_judge() leaves. nullopt where the rates are alike.
std::optional<std::int64_t> nights_still_needed(const std::vector<Proportion>& a,
                                                const std::vector<Proportion>& b, double power, double level,
                                                std::size_t claims);

/// The sum of all.
Proportion pooled(const std::vector<Proportion>& groups);

}  // namespace faultline

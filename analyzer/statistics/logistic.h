// Several parameters at once: a logistic model of a rate, with Firth's penalty.
//
// Cells in which all or no trials crash are the rule here, and plain maximum likelihood then has no finite
// answer (or one that a hair of data turns over). Firth's penalty (1993, Biometrika 80:27) always has one,
// and takes away the first-order bias (Heinze and Schemper 2002, Statistics in Medicine 21:2409).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/proportion.h"
#include "core/base/result.h"
#include "core/model/estimate.h"

namespace faultline {

/// Trials that have the same value of every factor.
struct ModelGroup {
  std::vector<std::string> values;  ///< One a factor.
  Proportion of;
};

/// How much more trials of the groups vary than independent ones: nights that differ. Tests and intervals
/// then are those of a quasi-binomial model, with Student's t and Fisher's F.
struct ModelDispersion {
  double factor = 1.0;
  double freedom = 0.0;  ///< From which the factor was estimated; 0: none is allowed for.
};

/// Pearson's chi-squared of each group's nights against the group's rate, over all groups together. The
/// factor is 1 where that is within chance (p >= 0.05). `nights` are those of each group.
ModelDispersion model_dispersion(const std::vector<std::vector<Proportion>>& nights);

/// What the model is made of: places of factors. One is a main effect, several are their interaction.
using ModelTerm = std::vector<std::size_t>;

/// Values of factors against the reference, which is the first value of each factor among the groups.
struct ModelCoefficient {
  std::size_t term = 0;
  std::vector<std::string> values;  ///< One a factor of the term.
  double log_odds = 0.0;
  Interval
      interval;  ///< Of log_odds, by the profile of the penalized likelihood; infinite where it has no end.
  double p_value = 1.0;  ///< Penalized likelihood ratio against 0.
};

/// Whether a term is needed: all of its coefficients against 0 together.
struct ModelTermTest {
  std::size_t term = 0;
  double statistic = 0.0;  ///< Chi-squared.
  double freedom = 0.0;
  double p_value = 1.0;
};

struct LogisticModel {
  double intercept = 0.0;                      ///< Log odds where every factor has its reference.
  std::vector<ModelCoefficient> coefficients;  ///< In the order of the terms.
  /// Of terms that are part of no other: a main effect below an interaction has no test of its own.
  std::vector<ModelTermTest> tests;
};

/// More coefficients than that are a mistake in the question, and take long.
inline constexpr std::size_t kMostCoefficients = 60;

/// Fits the model to the groups, each term's values as far as the groups have them (combinations without
/// trials have no coefficient). `factors` are names for messages. Assumes independent trials; a bad night is
/// a factor of its own (`run`). Fails where there are no trials, a factor has one value only, there are more
/// than kMostCoefficients, or the groups cannot tell the coefficients apart.
Result<LogisticModel> fit_logistic(const std::vector<std::string>& factors,
                                   const std::vector<ModelGroup>& groups, const std::vector<ModelTerm>& terms,
                                   const ModelDispersion& dispersion = {}, double level = kDefaultLevel);

}  // namespace faultline

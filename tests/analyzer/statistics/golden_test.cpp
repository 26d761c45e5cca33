// Agreement with R, SciPy and statsmodels, on grids that include no trials of a kind, one, all and none.

#include <gtest/gtest.h>

#include <cmath>

#include "analyzer/statistics/competing_ends.h"
#include "analyzer/statistics/difference.h"
#include "analyzer/statistics/event_rate.h"
#include "analyzer/statistics/exact_tests.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/proportion.h"
#include "analyzer/statistics/sample_size.h"
#include "analyzer/statistics/strata.h"
#include "analyzer/statistics/survival.h"
#include "analyzer/statistics/trend.h"
#include "tests/analyzer/statistics/golden_numbers.h"

namespace faultline {
namespace {

constexpr double kTolerance = 1e-9;

void expect_interval(const Interval& actual, const GoldenRow& row) {
  expect_agreement(actual.low, row.out[0], kTolerance, row.text());
  expect_agreement(actual.high, row.out[1], kTolerance, row.text());
}

TEST(GoldenTest, ClopperPearsonAgreesWithR) {
  for (const auto& row : golden_rows("clopper_pearson")) {
    expect_interval(clopper_pearson(proportion_at(row, 0), row.in[2]), row);
  }
}

TEST(GoldenTest, OneSidedBoundsAgreeWithR) {
  for (const auto& row : golden_rows("clopper_pearson_upper")) {
    expect_agreement(clopper_pearson_upper(proportion_at(row, 0), row.in[2]), row.out[0], kTolerance,
                     row.text());
  }
  for (const auto& row : golden_rows("clopper_pearson_lower")) {
    expect_agreement(clopper_pearson(proportion_at(row, 0), 2.0 * row.in[2] - 1.0).low, row.out[0],
                     kTolerance, row.text());
  }
}

TEST(GoldenTest, WilsonAgreesWithR) {
  for (const auto& row : golden_rows("wilson"))
    expect_interval(wilson(proportion_at(row, 0), row.in[2]), row);
}

TEST(GoldenTest, JeffreysAgreesWithSciPy) {
  for (const auto& row : golden_rows("jeffreys")) expect_interval(jeffreys(proportion_at(row, 0)), row);
}

TEST(GoldenTest, BinomialTestAgreesWithR) {
  for (const auto& row : golden_rows("binomial_exact")) {
    expect_agreement(binomial_exact(proportion_at(row, 0), row.in[2]), row.out[0], kTolerance, row.text());
  }
}

TEST(GoldenTest, PoissonRateAgreesWithR) {
  for (const auto& row : golden_rows("poisson_rate")) {
    expect_interval(poisson_rate(std::llround(row.in[0]), row.in[1], row.in[2]), row);
  }
}

TEST(GoldenTest, FisherAgreesWithR) {
  for (const auto& row : golden_rows("fisher")) {
    const Proportion a = proportion_at(row, 0);
    const Proportion b = proportion_at(row, 2);
    expect_agreement(fisher_exact(a, b), row.out[0], kTolerance, row.text());
    expect_agreement(fisher_exact(a, b, Alternative::less), row.out[1], kTolerance, row.text());
    expect_agreement(fisher_exact(a, b, Alternative::greater), row.out[2], kTolerance, row.text());
  }
}

TEST(GoldenTest, BoschlooAgreesWithSciPy) {
  for (const auto& row : golden_rows("boschloo")) {
    const Proportion a = proportion_at(row, 0);
    const Proportion b = proportion_at(row, 2);
    constexpr double kBoschlooTolerance = 1e-6;
    expect_agreement(*boschloo_exact(a, b, Alternative::less), row.out[0], kBoschlooTolerance,
                     "less " + row.text());
    expect_agreement(*boschloo_exact(a, b, Alternative::greater), row.out[1], kBoschlooTolerance,
                     "greater " + row.text());
    expect_agreement(*boschloo_exact(a, b), row.out[2], kBoschlooTolerance, "two-sided " + row.text());
  }
}

TEST(GoldenTest, NewcombeAgreesWithStatsmodels) {
  for (const auto& row : golden_rows("newcombe")) {
    expect_interval(newcombe_difference(proportion_at(row, 0), proportion_at(row, 2)), row);
  }
}

TEST(GoldenTest, KoopmanAgreesWithStatsmodels) {
  for (const auto& row : golden_rows("koopman")) {
    expect_interval(koopman_ratio(proportion_at(row, 0), proportion_at(row, 2)), row);
  }
}

TEST(GoldenTest, HolmAgreesWithR) {
  for (const auto& row : golden_rows("holm")) {
    const auto adjusted = holm(row.in);
    for (std::size_t i = 0; i < adjusted.size(); ++i) {
      expect_agreement(adjusted[i], row.out[i], kTolerance, row.text());
    }
  }
}

TEST(GoldenTest, CochranMantelHaenszelAgreesWithR) {
  for (const auto& row : golden_rows("cochran_mantel_haenszel")) {
    std::vector<Stratum> strata;
    for (std::size_t i = 0; i < row.in.size(); i += 4) {
      strata.push_back({proportion_at(row, i), proportion_at(row, i + 2)});
    }
    const auto corrected = cochran_mantel_haenszel(strata);
    const auto plain = cochran_mantel_haenszel(strata, ContinuityCorrection::none);
    expect_agreement(corrected.statistic, row.out[0], kTolerance, row.text());
    expect_agreement(corrected.p_value, row.out[1], kTolerance, row.text());
    expect_agreement(plain.statistic, row.out[2], kTolerance, row.text());
    expect_agreement(plain.p_value, row.out[3], kTolerance, row.text());
    expect_agreement(plain.odds_ratio, row.out[4], kTolerance, row.text());
    if (plain.odds_ratio_interval) {
      expect_agreement(plain.odds_ratio_interval->low, row.out[5], kTolerance, row.text());
      expect_agreement(plain.odds_ratio_interval->high, row.out[6], kTolerance, row.text());
    } else {
      EXPECT_TRUE(!std::isfinite(row.out[5]) || !std::isfinite(row.out[6])) << row.text();
    }
    expect_agreement(*exact_stratified(strata), row.out[7], kTolerance, row.text());
  }
}

TEST(GoldenTest, CochranArmitageAgreesWithR) {
  for (const auto& row : golden_rows("cochran_armitage")) {
    std::vector<ScoredProportion> rows;
    for (std::size_t i = 0; i < row.in.size(); i += 3) rows.push_back({row.in[i + 2], proportion_at(row, i)});
    const TrendTest test = cochran_armitage(rows);
    expect_agreement(test.statistic, row.out[0], kTolerance, row.text());
    expect_agreement(test.p_value, row.out[1], kTolerance, row.text());
  }
}

TEST(GoldenTest, HomogeneityOfNightsAgreesWithR) {
  for (const auto& row : golden_rows("homogeneity")) {
    std::vector<Proportion> nights;
    for (std::size_t i = 0; i < row.in.size(); i += 2) nights.push_back(proportion_at(row, i));
    const Dispersion dispersion = overdispersion(nights);
    EXPECT_FALSE(dispersion.simulated);
    expect_agreement(dispersion.statistic, row.out[0], kTolerance, row.text());
    expect_agreement(dispersion.p_value, row.out[1], kTolerance, row.text());
  }
}

TEST(GoldenTest, TrialsPerSideAgreeWithR) {
  for (const auto& row : golden_rows("trials_per_side")) {
    const double trials = trials_per_side_uncorrected(row.in[0], row.in[1], row.in[2]);
    expect_agreement(trials, row.out[0], kTolerance, row.text());
  }
}

void expect_optional(const std::optional<double>& actual, double wanted, const std::string& where) {
  EXPECT_EQ(actual.has_value(), !std::isnan(wanted)) << where;
  if (actual && !std::isnan(wanted)) expect_agreement(*actual, wanted, kTolerance, where);
}

TEST(GoldenTest, KaplanMeierAgreesWithR) {
  for (const auto& row : golden_rows("kaplan_meier")) {
    std::vector<Lifetime> lifetimes;
    for (std::size_t i = 0; i < row.in.size(); i += 2) lifetimes.push_back({row.in[i], row.in[i + 1] == 1.0});
    const SurvivalCurve curve = kaplan_meier(lifetimes);
    ASSERT_EQ(curve.steps.size() * 7 + 3, row.out.size()) << row.text();
    for (std::size_t i = 0; i < curve.steps.size(); ++i) {
      const SurvivalStep& step = curve.steps[i];
      const double* wanted = &row.out[i * 7];
      EXPECT_EQ(step.time, wanted[0]);
      EXPECT_EQ(static_cast<double>(step.at_risk), wanted[1]);
      EXPECT_EQ(static_cast<double>(step.crashed), wanted[2]);
      expect_agreement(step.survival, wanted[3], kTolerance, row.text());
      if (step.survival > 0.0) expect_agreement(step.standard_error, wanted[4], kTolerance, row.text());
      if (step.survival > 0.0 && step.survival < 1.0) {
        expect_agreement(step.interval->low, wanted[5], kTolerance, row.text());
        expect_agreement(step.interval->high, wanted[6], kTolerance, row.text());
      } else {
        EXPECT_FALSE(step.interval.has_value());
        EXPECT_TRUE(std::isnan(wanted[5]));
      }
    }
    const std::size_t tail = row.out.size() - 3;
    expect_optional(curve.median, row.out[tail], "median of " + row.text());
    expect_optional(curve.median_low, row.out[tail + 1], "lower end for " + row.text());
    expect_optional(curve.median_high, row.out[tail + 2], "upper end for " + row.text());
  }
}

TEST(GoldenTest, LogRankAgreesWithR) {
  for (const auto& row : golden_rows("log_rank")) {
    std::vector<std::vector<Lifetime>> groups;
    for (std::size_t i = 0; i < row.in.size(); i += 3) {
      const auto group = static_cast<std::size_t>(row.in[i]);
      groups.resize(std::max(groups.size(), group));
      groups[group - 1].push_back({row.in[i + 1], row.in[i + 2] == 1.0});
    }
    const LogRankTest test = log_rank(groups);
    expect_agreement(test.statistic, row.out[0], kTolerance, row.text());
    expect_agreement(test.p_value, row.out[1], kTolerance, row.text());
  }
}

TEST(GoldenTest, AalenJohansen) {
  for (const auto& row : golden_rows("aalen_johansen")) {
    std::vector<TrialCourse> courses;
    for (std::size_t i = 0; i < row.in.size(); i += 2) {
      courses.push_back({row.in[i], row.in[i + 1] == 0.0   ? TrialFate::censored
                                    : row.in[i + 1] == 1.0 ? TrialFate::crashed
                                                           : TrialFate::ended});
    }
    const IncidenceCurve curve = cumulative_incidence(courses);
    ASSERT_EQ(curve.steps.size() * 3, row.out.size()) << row.text();
    for (std::size_t i = 0; i < curve.steps.size(); ++i) {
      EXPECT_EQ(curve.steps[i].time, row.out[i * 3]);
      expect_agreement(curve.steps[i].incidence, row.out[i * 3 + 1], kTolerance, row.text());
      expect_agreement(curve.steps[i].standard_error, row.out[i * 3 + 2], kTolerance, row.text());
    }
  }
}

TEST(GoldenTest, EffectsOfStrata) {
  for (const auto& row : golden_rows("strata_effects")) {
    std::vector<Stratum> strata;
    for (std::size_t i = 0; i < row.in.size(); i += 4)
      strata.push_back({proportion_at(row, i), proportion_at(row, i + 2)});
    const Homogeneity homogeneity = breslow_day(strata);
    const StratifiedComparison common = cochran_mantel_haenszel(strata);
    const double found[] = {homogeneity.statistic,
                            homogeneity.p_value,
                            common.difference,
                            common.difference_interval.low,
                            common.difference_interval.high,
                            common.ratio,
                            common.ratio_interval.low,
                            common.ratio_interval.high};
    for (std::size_t i = 0; i < std::size(found); ++i)
      expect_agreement(found[i], row.out[i], kTolerance, row.text());
  }
}

}  // namespace
}  // namespace faultline

#include "analyzer/statistics/logistic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analyzer/statistics/golden_numbers.h"

namespace faultline {
namespace {

using testing::HasSubstr;

struct GoldenModel {
  std::vector<std::string> factors;
  std::vector<ModelTerm> terms;
  std::vector<ModelGroup> groups;
};

/// As make_models_golden.R has it: factors, terms, then the groups.
GoldenModel model_of(const GoldenRow& row) {
  GoldenModel out;
  std::size_t at = 0;
  const auto next = [&] { return static_cast<std::size_t>(row.in[at++]); };
  const std::size_t factors = next();
  for (std::size_t i = 0; i < factors; ++i) out.factors.push_back("f" + std::to_string(i));
  const std::size_t terms = next();
  for (std::size_t i = 0; i < terms; ++i) {
    ModelTerm term(next());
    for (std::size_t& factor : term) factor = next();
    out.terms.push_back(std::move(term));
  }
  while (at < row.in.size()) {
    ModelGroup group;
    for (std::size_t i = 0; i < factors; ++i) group.values.push_back(std::to_string(next()));
    group.of.counted = static_cast<std::int64_t>(next());
    group.of.trials = static_cast<std::int64_t>(next());
    out.groups.push_back(std::move(group));
  }
  return out;
}

TEST(GoldenTest, LogisticModelsAgreeWithR) {
  for (const GoldenRow& row : golden_rows("firth_logistic")) {
    const GoldenModel of = model_of(row);
    const auto model = fit_logistic(of.factors, of.groups, of.terms);
    ASSERT_TRUE(model.has_value()) << model.error().text();
    ASSERT_EQ(row.out.size(), 1 + 4 * model->coefficients.size());
    expect_agreement(model->intercept, row.out[0], 1e-9, row.text());
    for (std::size_t i = 0; i < model->coefficients.size(); ++i) {
      const ModelCoefficient& found = model->coefficients[i];
      const double* wanted = &row.out[1 + 4 * i];
      expect_agreement(found.log_odds, wanted[0], 1e-9, row.text());
      expect_agreement(found.p_value, wanted[1], 1e-9, row.text());
      expect_agreement(found.interval.low, wanted[2], 1e-8, row.text());
      expect_agreement(found.interval.high, wanted[3], 1e-8, row.text());
    }
  }
}

std::vector<ModelGroup> threads_by_lock() {
  return {{{"1", "none"}, {0, 50}},
          {{"8", "none"}, {28, 50}},
          {{"1", "global"}, {0, 50}},
          {{"8", "global"}, {1, 50}}};
}

TEST(LogisticTest, CellsWithoutAnyCrashStillHaveAnAnswer) {
  const auto model = fit_logistic({"threads", "lock"}, threads_by_lock(), {{0}, {1}});
  ASSERT_TRUE(model.has_value());
  ASSERT_EQ(model->coefficients.size(), 2U);
  EXPECT_EQ(model->coefficients[0].values, (std::vector<std::string>{"8"}));
  EXPECT_GT(model->coefficients[0].interval.low, 0.0);
  EXPECT_LT(model->coefficients[1].interval.high, 0.0) << "a global lock helps";
  ASSERT_EQ(model->tests.size(), 2U);
  EXPECT_LT(model->tests[1].p_value, 0.001);
}

TEST(LogisticTest, OnlyTermsThatArePartOfNoOtherAreTested) {
  const auto model = fit_logistic({"threads", "lock"}, threads_by_lock(), {{0}, {1}, {0, 1}});
  ASSERT_TRUE(model.has_value());
  ASSERT_EQ(model->tests.size(), 1U);
  EXPECT_EQ(model->tests[0].term, 2U);
  EXPECT_EQ(model->tests[0].freedom, 1.0);
}

TEST(LogisticTest, NightsThatDifferWidenTheIntervals) {
  const ModelDispersion none = model_dispersion({{{5, 50}, {6, 50}}, {{20, 50}, {22, 50}}});
  EXPECT_EQ(none.freedom, 0.0);
  const ModelDispersion some = model_dispersion({{{1, 50}, {30, 50}}, {{5, 50}, {45, 50}}});
  EXPECT_GT(some.factor, 10.0);
  EXPECT_EQ(some.freedom, 2.0);
  const auto plain = fit_logistic({"threads", "lock"}, threads_by_lock(), {{0}, {1}});
  const auto wide = fit_logistic({"threads", "lock"}, threads_by_lock(), {{0}, {1}}, {2.0, 20.0});
  EXPECT_LT(wide->coefficients[0].interval.low, plain->coefficients[0].interval.low);
  EXPECT_GT(wide->tests[1].p_value, plain->tests[1].p_value);
}

TEST(LogisticTest, WhatCannotBeToldApartIsAnError) {
  EXPECT_THAT(fit_logistic({"a"}, {}, {{0}}).error().message(), HasSubstr("no trials"));
  EXPECT_THAT(fit_logistic({"a"}, {{{"1"}, {3, 10}}}, {{0}}).error().message(), HasSubstr("one value only"));
  const std::vector<ModelGroup> twins{{{"1", "x"}, {3, 10}}, {{"2", "y"}, {5, 10}}};
  EXPECT_THAT(fit_logistic({"a", "b"}, twins, {{0}, {1}}).error().message(), HasSubstr("apart"));
  std::vector<ModelGroup> many;
  for (int i = 0; i < 80; ++i) many.push_back({{std::to_string(i)}, {1, 10}});
  EXPECT_THAT(fit_logistic({"a"}, many, {{0}}).error().message(), HasSubstr("79 coefficients"));
}

}  // namespace
}  // namespace faultline

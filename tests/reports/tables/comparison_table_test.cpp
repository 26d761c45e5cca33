#include "reports/tables/comparison_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

Comparison comparison_of(Proportion a, Proportion b) {
  ComparisonInput input;
  input.counted = "crashed";
  input.a = a;
  input.b = b;
  return compare(input);
}

TEST(ComparisonTableTest, JsonHasTheDocumentedShape) {
  const auto parsed = json::parse(comparisons_json({comparison_of({11, 20}, {2, 20})}));

  EXPECT_EQ(parsed["a"]["trials"], 20);
  EXPECT_EQ(parsed["a"]["counted"], 11);
  EXPECT_DOUBLE_EQ(parsed["a"]["rate"].get<double>(), 0.55);
  EXPECT_NEAR(parsed["a"]["low"].get<double>(), 0.3153, 5e-5);
  EXPECT_TRUE(parsed["b"].contains("high"));
  EXPECT_NEAR(parsed["difference"]["value"].get<double>(), 0.45, 1e-12);
  EXPECT_EQ(parsed["difference"]["method"], "newcombe");
  EXPECT_EQ(parsed["ratio"]["method"], "koopman");
  EXPECT_TRUE(parsed["tests"]["fisher"].is_number());
  EXPECT_TRUE(parsed["tests"]["boschloo"].is_number());
  EXPECT_EQ(parsed["verdict"], "higher");
  EXPECT_TRUE(parsed["trials_needed"].is_null());
  EXPECT_TRUE(parsed["warnings"].is_array());
}

TEST(ComparisonTableTest, WhatHasNoNumberIsNullInJson) {
  const auto parsed = json::parse(comparisons_json({comparison_of({11, 20}, {0, 20})}));
  EXPECT_TRUE(parsed["ratio"]["value"].is_null());
  EXPECT_TRUE(parsed["ratio"]["high"].is_null());
  EXPECT_TRUE(parsed["ratio"]["low"].is_number());

  const auto empty = json::parse(comparisons_json({comparison_of({0, 0}, {0, 20})}));
  EXPECT_TRUE(empty["a"]["rate"].is_null());
  EXPECT_TRUE(empty["difference"]["value"].is_null());
}

TEST(ComparisonTableTest, SeveralClaimsKeepTheShapeOfTheFirst) {
  const auto parsed =
      json::parse(comparisons_json({comparison_of({11, 20}, {0, 20}), comparison_of({1, 20}, {0, 20})}));
  EXPECT_EQ(parsed["verdict"], "higher");
  ASSERT_EQ(parsed["claims"].size(), 2U);
  EXPECT_EQ(parsed["claims"][1]["verdict"], "undecided");
}

TEST(ComparisonTableTest, PeopleReadTheSentenceFirst) {
  ComparisonInput input;
  input.counted = "crashed";
  input.a_name = "lock=none";
  input.b_name = "lock=global";
  input.a = {11, 20};
  input.b = {0, 20};

  const std::string text = write_comparisons({compare(input)}, {}, TableFormat::text);

  EXPECT_TRUE(
      text.starts_with("crashed: lock=none is higher than lock=global: 11/20 against 0/20, +55 points "
                       "[+28, +75]; Boschloo, p < 0.0001.\n"))
      << text;
  EXPECT_THAT(text, HasSubstr("11/20  55 %  [31 %, 77 %]"));
  EXPECT_THAT(text, HasSubstr("infinite  [3.3x, infinite]"));
  EXPECT_THAT(
      text,
      HasSubstr("Intervals, two-sided 95 %: rates Clopper-Pearson, difference Newcombe, ratio Koopman."));
}

TEST(ComparisonTableTest, UndecidedIsATildeWithWhatWouldDecide) {
  const std::string text = write_comparisons({comparison_of({3, 5}, {0, 5})}, {}, TableFormat::text);
  EXPECT_THAT(text, HasSubstr("A against B is undecided: 3/5 against 0/5"));
  EXPECT_THAT(text, HasSubstr("a side would decide"));
  EXPECT_THAT(text, HasSubstr("~: undecided."));
}

TEST(ComparisonTableTest, LiteralCountsAreNotSaidTwice) {
  ComparisonInput input;
  input.a_name = "11/20";
  input.b_name = "0/20";
  input.a = {11, 20};
  input.b = {0, 20};
  EXPECT_EQ(comparison_sentence(compare(input)),
            "11/20 is higher than 0/20: +55 points [+28, +75]; Boschloo, p < 0.0001");
}

TEST(ComparisonTableTest, TheFirstOfSeveralOutcomesIsSaidToBeJudgedAlone) {
  ComparisonInput input;
  input.a = {5, 20};
  input.b = {0, 20};
  const std::string text = write_comparisons(compare_outcomes({input, input, input}), {}, TableFormat::text);
  EXPECT_THAT(text, HasSubstr("p: Holm's correction over 2 claims, after the first, which is judged alone."));
}

TEST(ComparisonTableTest, WhatIsNeverSaid) {
  ComparisonInput input;
  input.a = {0, 500};
  input.b = {400, 500};
  const std::string text = write_comparisons({compare(input)}, {}, TableFormat::text);
  EXPECT_THAT(text, Not(HasSubstr("fixed")));
  EXPECT_THAT(text, Not(HasSubstr("fault")));
}

TEST(ComparisonTableTest, StrataAreNamedAsGrounds) {
  ComparisonInput input;
  input.a = {36, 50};
  input.b = {18, 60};
  input.strata = {{{35, 40}, {9, 10}}, {{1, 10}, {9, 50}}};
  EXPECT_THAT(comparison_sentence(compare(input)), HasSubstr("exact, by host and night"));
  EXPECT_TRUE(json::parse(comparisons_json({compare(input)}))["odds_ratio"]["value"].is_number());
}

TEST(ComparisonTableTest, WarningsStandBelowOnceEach) {
  ComparisonInput input;
  input.counted = "bad";
  input.a = {5, 20};
  input.b = {0, 20};
  input.context.control_crashed = false;

  const std::string text = write_comparisons(compare_all({input, input}), {}, TableFormat::text);

  const std::string warning = "Warning: the control did not crash: a low rate proves nothing.";
  const auto first = text.find(warning);
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find(warning, first + 1), std::string::npos);
  EXPECT_THAT(text, HasSubstr("p: Holm's correction over 2 claims."));
}

TEST(ComparisonTableTest, CsvHasOneFieldANumber) {
  const std::string csv = write_comparisons({comparison_of({11, 20}, {0, 20})}, {}, TableFormat::csv);
  EXPECT_TRUE(csv.starts_with("count,a_trials,a_counted,a_rate,a_low,a_high,b_trials,")) << csv;
  EXPECT_THAT(csv, Not(HasSubstr("inf"))) << "an infinite ratio is empty";
}

TEST(ComparisonTableTest, ClaimsOfSeveralGroupsNameThemAndAreCorrected) {
  std::vector<ComparisonInput> inputs(2);
  inputs[0].group = "threads=1";
  inputs[0].a = {0, 50};
  inputs[0].b = {0, 50};
  inputs[1].group = "threads=8";
  inputs[1].a = {28, 50};
  inputs[1].b = {0, 50};
  for (ComparisonInput& input : inputs) input.counted = "bad";

  const std::string text = write_comparisons(compare_all(inputs), {}, TableFormat::text);
  const auto claims =
      nlohmann::json::parse(write_comparisons(compare_all(inputs), {}, TableFormat::json))["claims"];

  EXPECT_THAT(text, HasSubstr("threads=8"));
  EXPECT_THAT(text, HasSubstr("Holm's correction over 2 claims"));
  EXPECT_EQ(claims[1]["group"], "threads=8");
  EXPECT_EQ(claims[1]["verdict"], "higher");
  EXPECT_EQ(claims[0]["verdict"], "undecided");
}

TEST(ComparisonTableTest, UnderAStopRuleEveryIntervalIsAnytimeValid) {
  ComparisonInput input;
  input.a = {28, 50};
  input.b = {5, 50};
  input.context.anytime = true;

  const Comparison of = compare(input);

  EXPECT_EQ(of.difference_method, "anytime");
  EXPECT_EQ(of.ratio_method, "anytime");
  EXPECT_THAT(
      write_comparisons({of}, {}, TableFormat::text),
      HasSubstr("rates anytime-valid (beta-binomial), difference anytime-valid, ratio anytime-valid"));
}

}  // namespace
}  // namespace faultline

#include "reports/tables/rate_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

TrialCounts crashed(std::int64_t counted, std::int64_t trials) {
  TrialCounts counts;
  counts.trials = trials;
  counts.counted = counted;
  counts.outcomes[Outcome::crashed] = counted;
  counts.outcomes[Outcome::passed] = trials - counted;
  return counts;
}

/// Rows of `threads` x `lock`.
RatesResult threads_by_lock() {
  RatesResult result;
  result.columns = {"threads", "lock"};
  const auto add = [&](std::int64_t threads, const char* lock, const TrialCounts& counts) {
    result.rows.push_back({{QueryValue(threads), QueryValue(std::string(lock))}, counts});
    result.total.trials += counts.trials;
    result.total.outcomes[Outcome::crashed] += counts.outcomes[Outcome::crashed];
  };
  add(1, "none", crashed(0, 50));
  add(1, "global", crashed(0, 50));
  add(8, "none", crashed(28, 50));
  add(8, "global", crashed(0, 50));
  return result;
}

RateTableOptions for_programs() {
  RateTableOptions options;
  options.audience = TableAudience::programs;
  return options;
}

TEST(RateTableTest, JsonHasTheDocumentedShape) {
  RatesResult result = threads_by_lock();
  result.rows.erase(result.rows.begin(), result.rows.begin() + 2);
  result.rows[0].counts.uncaptured = 1;

  const auto parsed = json::parse(write_table(rate_table(result, for_programs()), TableFormat::json));

  EXPECT_EQ(parsed["by"], json({"threads", "lock"}));
  EXPECT_EQ(parsed["count"], "crashed");
  EXPECT_EQ(parsed["level"], 0.95);
  EXPECT_EQ(parsed["method"], "clopper-pearson");
  const auto& row = parsed["rows"][0];
  EXPECT_EQ(row["threads"], 8);
  EXPECT_EQ(row["lock"], "none");
  EXPECT_EQ(row["trials"], 50);
  EXPECT_EQ(row["counted"], 28);
  EXPECT_DOUBLE_EQ(row["rate"].get<double>(), 0.56);
  EXPECT_NEAR(row["low"].get<double>(), 0.4125, 5e-5);
  EXPECT_NEAR(row["high"].get<double>(), 0.7001, 5e-5);
  EXPECT_EQ(row["passed"], 22);
  EXPECT_EQ(row["uncaptured"], 1);
  for (const char* key : {"crashed", "wrong", "hung", "panicked", "exit_error", "setup_failed"}) {
    EXPECT_TRUE(row.contains(key)) << key;
  }
}

TEST(RateTableTest, OutcomesSumToTheTrialsInEachRow) {
  const auto parsed =
      json::parse(write_table(rate_table(threads_by_lock(), for_programs()), TableFormat::json));
  for (const auto& row : parsed["rows"]) {
    int sum = 0;
    for (const char* key : {"passed", "crashed", "wrong", "hung", "panicked", "exit_error"})
      sum += row[key].get<int>();
    EXPECT_EQ(sum, row["trials"].get<int>());
  }
}

TEST(RateTableTest, PeopleSeeRatesWithIntervalsAndOnlyOutcomesThatHappened) {
  RatesResult result = threads_by_lock();
  result.rows[2].counts.outcomes[Outcome::hung] = 3;

  const std::string text = write_table(rate_table(result, {}), TableFormat::text);

  EXPECT_THAT(text, HasSubstr("28/50  56 %  [41 %, 71 %]"));
  EXPECT_THAT(text, HasSubstr("0/50   0 %  [0 %, 7.2 %]"));
  EXPECT_THAT(text, HasSubstr("Intervals: Clopper-Pearson, two-sided 95 %."));
  EXPECT_THAT(text, HasSubstr("hung"));
  EXPECT_THAT(text, Not(HasSubstr("panicked")));
}

TEST(RateTableTest, WhatIsInNoRateIsSaidBelow) {
  RatesResult result = threads_by_lock();
  result.total.outcomes[Outcome::setup_failed] = 2;
  result.total.warm_up = 4;
  result.total.uncaptured = 1;

  const std::string text = write_table(rate_table(result, {}), TableFormat::text);

  EXPECT_THAT(text, HasSubstr("200 trials in all; in no rate: 2 setup failed, 4 warm-up."));
  EXPECT_THAT(text, HasSubstr("1 crash left no report; it is counted as crashed."));
}

TEST(RateTableTest, AnUnfinishedRunShowsAnytimeIntervalsAndSaysSo) {
  RatesResult result = threads_by_lock();
  result.unfinished = true;

  const Table table = rate_table(result, {});

  EXPECT_THAT(write_table(table, TableFormat::text), HasSubstr("anytime-valid"));
  EXPECT_EQ(json::parse(write_table(table, TableFormat::json))["method"], "anytime");
  const Rate rate = std::get<Rate>(table.rows[2][2].value);
  EXPECT_LT(rate.interval.low, 0.41) << "wider than the fixed-sample interval";
  EXPECT_GT(rate.interval.high, 0.70);
}

TEST(RateTableTest, AnExplicitMethodIsKept) {
  RateTableOptions options;
  options.method = IntervalMethod::wilson;
  RatesResult result = threads_by_lock();
  result.stop_rule = true;
  EXPECT_THAT(write_table(rate_table(result, options), TableFormat::text), HasSubstr("Intervals: Wilson"));
}

TEST(RateTableTest, ARunWithAStopRuleShowsAnytimeIntervalsAndSaysWhy) {
  RatesResult result = threads_by_lock();
  result.stop_rule = true;

  const std::string text = write_table(rate_table(result, {}), TableFormat::text);

  EXPECT_THAT(text, HasSubstr("Intervals: anytime-valid"));
  EXPECT_THAT(text, HasSubstr("has a stop rule: these intervals hold at every look"));
}

TEST(RateTableTest, OneSidedBoundsPutTheWholeErrorOnOneSideAndAreNamed) {
  RateTableOptions options;
  options.side = IntervalSide::upper;

  const Table table = rate_table(threads_by_lock(), options);

  const Rate rate = std::get<Rate>(table.rows[0][2].value);
  EXPECT_EQ(rate.interval.low, 0.0);
  EXPECT_NEAR(rate.interval.high, 0.0582, 1e-4) << "1 - 0.05^(1/50)";
  EXPECT_THAT(write_table(table, TableFormat::text), HasSubstr("one-sided upper 95 %"));
}

TEST(RateTableTest, BoundsAtAnyLevelAreBounds) {
  for (const IntervalMethod method :
       {IntervalMethod::clopper_pearson, IntervalMethod::wilson, IntervalMethod::anytime}) {
    RateTableOptions options;
    options.method = method;
    options.side = IntervalSide::upper;
    options.level = 0.5;
    const Interval interval = rate_interval({10, 50}, {}, {}, options).interval;
    options.level = 0.95;
    EXPECT_GE(interval.high, 0.19);
    EXPECT_LE(interval.high, rate_interval({10, 50}, {}, {}, options).interval.high);
  }
}

TEST(RateTableTest, UncapturedDeathsMayHaveBeenOfTheSite) {
  RatesResult result = threads_by_lock();
  result.rows[2].counts.counted = 10;
  result.rows[2].counts.uncaptured = 5;
  RateTableOptions options;
  options.counts_sites = true;

  const Table table = rate_table(result, options);

  EXPECT_EQ(std::get<Rate>(table.rows[2][2].value).of, (Proportion{10, 50}));
  EXPECT_EQ(std::get<Rate>(table.rows[2][3].value).of, (Proportion{15, 50}));
  // 28/50 crashed, 10 of the 23 with a report were at the site.
  const auto estimated = std::get<Estimate>(table.rows[2][4].value);
  EXPECT_NEAR(estimated.value, 0.56 * 10 / 23, 1e-12);
  EXPECT_LT(estimated.interval.low, 0.2);
  EXPECT_GT(estimated.interval.high, 0.3);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.rows[0][4].value)) << "nothing crashed there";
}

TEST(RateTableTest, WhereNeighboursAreAlikeTheTableSaysSoAndIsWider) {
  RatesResult result = threads_by_lock();
  std::vector<bool> order(50, false);
  std::fill(order.begin() + 5, order.begin() + 33, true);
  result.rows[2].sequences = {order};

  const Table table = rate_table(result, {});

  const Interval interval = std::get<Rate>(table.rows[2][2].value).interval;
  EXPECT_LT(interval.low, clopper_pearson({28, 50}).low - 0.05);
  EXPECT_EQ(std::get<Rate>(table.rows[0][2].value).interval, clopper_pearson({0, 50}));
  EXPECT_THAT(
      write_table(table, TableFormat::text),
      HasSubstr(
          "Within runs the order of trials matters: threads=8 lock=none (runs test p < 0.0001, drift "));
  const json rows = json::parse(write_table(rate_table(result, for_programs()), TableFormat::json))["rows"];
  EXPECT_LT(rows[2]["runs_p"], 0.0001);
  EXPECT_GT(rows[2]["lag1_correlation"], 0.8);
  EXPECT_TRUE(rows[0]["runs_p"].is_null()) << "the order is not known";
}

TEST(RateTableTest, NoneOf160IsShownWithWhatItRulesOut) {
  RatesResult result;
  result.columns = {"threads"};
  result.rows.push_back({{QueryValue(std::int64_t{1})}, crashed(0, 160)});
  result.rows.push_back({{QueryValue(std::int64_t{8})}, crashed(24, 1'000)});
  EXPECT_THAT(write_table(rate_table(result, {}), TableFormat::text),
              HasSubstr("0/160    0 %    [0 %, 2.3 %]"));
  RateTableOptions upper;
  upper.side = IntervalSide::upper;
  EXPECT_THAT(write_table(rate_table(result, upper), TableFormat::text),
              HasSubstr("24/1000  2.4 %  <= 3.4 %"));
}

TEST(RateTableTest, TrialsToSeeOneComeFromTheLowerEnd) {
  RateTableOptions options;
  options.trials_to_see_one = true;

  const Table table = rate_table(threads_by_lock(), options);

  // Lower end 0.4125: six trials leave 0.5875^6 = 4.1 %, five leave 7.0 %.
  EXPECT_EQ(std::get<std::int64_t>(table.rows[2][3].value), 6);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.rows[0][3].value)) << "0/50: no number is enough";
}

TEST(RateTableTest, CrashesPerOperationStandWithTheirPoissonInterval) {
  const RatesResult result = threads_by_lock();
  RateTableOptions options;
  options.exposure = RateExposure{"operations", {{result.rows[2].values, {{28, 5000.0}}}}, 3};

  const Table people = rate_table(result, options);
  options.audience = TableAudience::programs;
  const json rows = json::parse(write_table(rate_table(result, options), TableFormat::json))["rows"];

  EXPECT_EQ(rows[2]["work"], 5000.0);
  EXPECT_DOUBLE_EQ(rows[2]["per_work"], 28.0 / 5000.0);
  EXPECT_NEAR(rows[2]["per_work_low"], 18.6058 / 5000.0, 1e-7) << "chi-squared tables: 28 events";
  EXPECT_NEAR(rows[2]["per_work_high"], 40.4678 / 5000.0, 1e-7);
  EXPECT_TRUE(rows[0]["per_work"].is_null()) << "nobody knows how much it did";
  const std::string text = write_table(people, TableFormat::text);
  EXPECT_THAT(text, HasSubstr("5600  [3721, 8094]"));
  EXPECT_THAT(text, HasSubstr("3 trials printed no operations"));
}

TEST(RateTableTest, CrashesPerOperationOfNightsThatDifferHaveAWiderInterval) {
  const RatesResult result = threads_by_lock();
  RateTableOptions options;
  options.audience = TableAudience::programs;
  options.exposure = RateExposure{
      "operations", {{result.rows[2].values, {{14, 1000.0}, {0, 1000.0}, {13, 1000.0}, {1, 1000.0}}}}, 0};

  const json row = json::parse(write_table(rate_table(result, options), TableFormat::json))["rows"][2];

  EXPECT_DOUBLE_EQ(row["per_work"], 28.0 / 4000.0);
  EXPECT_GT(row["per_work_dispersion"], 5.0);
  EXPECT_LT(row["per_work_low"], 0.5 * poisson_rate(28, 4000.0).low);
}

TEST(RatePivotTableTest, ValuesOfTheLastColumnBecomeColumns) {
  const Table table = rate_pivot_table(threads_by_lock(), {});

  EXPECT_EQ(write_table(table, TableFormat::markdown),
            "What was counted: crashed.\n\n"
            "| threads | lock none | lock global |\n"
            "| ---: | ---: | ---: |\n"
            "| 1 | 0/50  0 %  [0 %, 7.2 %] | 0/50  0 %  [0 %, 7.2 %] |\n"
            "| 8 | **28/50  56 %  [41 %, 71 %]** | 0/50  0 %  [0 %, 7.2 %] |\n"
            "\nIntervals: Clopper-Pearson, two-sided 95 %.\n"
            "\n200 trials in all.\n");
}

TEST(RatePivotTableTest, ACombinationWithoutTrialsIsEmpty) {
  RatesResult result = threads_by_lock();
  result.rows.pop_back();

  const Table table = rate_pivot_table(result, {});

  EXPECT_TRUE(std::holds_alternative<std::monostate>(table.rows[1][2].value));
}

TEST(RatePivotTableTest, CellsMayShowCountsInWords) {
  RateTableOptions options;
  options.pivot_cell = PivotCell::count;
  EXPECT_THAT(write_table(rate_pivot_table(threads_by_lock(), options), TableFormat::text),
              HasSubstr("crashed 28/50"));
}

TEST(RatePivotTableTest, NumbersAcrossAreInOrder) {
  RatesResult result;
  result.columns = {"lock", "threads"};
  for (const std::int64_t threads : {16, 2, 8}) {
    result.rows.push_back({{QueryValue(std::string("none")), QueryValue(threads)}, crashed(1, 5)});
  }

  const Table table = rate_pivot_table(result, {});

  EXPECT_EQ(table.columns[1].title, "threads 2");
  EXPECT_EQ(table.columns[3].title, "threads 16");
}

TEST(FirstCrashTableTest, NamesTheLeastValueAndWhatTheTrialsBelowSay) {
  const auto table = first_crash_table(threads_by_lock(), "threads", {}, {});

  ASSERT_TRUE(table.has_value());
  ASSERT_EQ(table->rows.size(), 2U);
  EXPECT_EQ(std::get<std::int64_t>(table->rows[0][1].value), 8);
  EXPECT_EQ(std::get<Rate>(table->rows[0][3].value).of, (Proportion{0, 50}));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(table->rows[1][1].value)) << "global never crashed";
  EXPECT_EQ(std::get<Rate>(table->rows[1][3].value).of, (Proportion{0, 100}));
}

TEST(FirstCrashTableTest, SaysWhereMostCrashesOfTheGroupWere) {
  CommonestSiteRow site;
  site.values = {QueryValue(std::string("none"))};
  site.text = "AGXMetalG16X setComputePipelineState:+32 null+0x5c8 read";
  site.fault_kind = "null_dereference";
  site.reports = 20;
  site.of = 28;

  const auto table = first_crash_table(threads_by_lock(), "threads", {site}, {});

  ASSERT_TRUE(table.has_value());
  const auto rows = json::parse(write_table(*table, TableFormat::json))["rows"];
  EXPECT_EQ(rows[0]["kind"], "null_dereference");
  EXPECT_EQ(rows[0]["site"], site.text);
  EXPECT_EQ(rows[0]["at_site_counted"], 20);
  EXPECT_TRUE(rows[1]["site"].is_null()) << "global has no reports";
}

TEST(FirstCrashTableTest, GroupsMayStandSideBySide) {
  const auto table = first_crash_pivot_table(threads_by_lock(), "threads", {}, {});

  ASSERT_TRUE(table.has_value());
  const std::string markdown = write_table(*table, TableFormat::markdown);
  EXPECT_THAT(markdown, HasSubstr("| lock | none | global |"));
  EXPECT_THAT(markdown, Not(HasSubstr("site"))) << "nothing is known of it";
  EXPECT_THAT(markdown, HasSubstr("| least threads that crashed | 8 |  |"));
  EXPECT_THAT(markdown, HasSubstr("| 0/50  0 %  [0 %, 7.2 %] | 0/100  0 %  [0 %, 3.7 %] |"));
}

TEST(FirstCrashTableTest, AnUnknownColumnIsAnError) {
  const auto table = first_crash_table(threads_by_lock(), "thread", {}, {});
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().message(), HasSubstr("thread"));
}

TEST(RateTrendTableTest, SaysWhetherTheRateRisesWithTheNumbersOfAColumn) {
  const auto table = rate_trend_table(threads_by_lock(), "threads", {});

  ASSERT_TRUE(table.has_value());
  const auto rows = json::parse(write_table(*table, TableFormat::json))["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["lock"], "none");
  EXPECT_EQ(rows[0]["trend"], "rises");
  EXPECT_LT(rows[0]["trend_p"], 0.0001);
  EXPECT_DOUBLE_EQ(rows[0]["slope"], 0.56 / 7) << "from 0 of 50 at 1 to 28 of 50 at 8";
  EXPECT_EQ(rows[0]["highest_counted"], 28);
  EXPECT_EQ(rows[1]["trend"], "~") << "nothing ever crashed under the global lock";
}

TEST(RateTrendTableTest, AnUnknownColumnIsAnError) {
  const auto table = rate_trend_table(threads_by_lock(), "thread", {});
  ASSERT_FALSE(table.has_value());
  EXPECT_THAT(table.error().message(), HasSubstr("--trend thread"));
}

TEST(ImportedCountsTableTest, SaysThatTheyWereNotMeasuredHere) {
  ImportedCountRow row;
  row.source = "counts.csv";
  row.workload = "mps";
  row.parameters = {{"threads", QueryValue(std::int64_t{8})}};
  row.trials = 20;
  row.crashed = 11;

  const std::string text = write_table(imported_counts_table({row}, {}), TableFormat::text);

  EXPECT_THAT(text, HasSubstr("not measured here"));
  EXPECT_THAT(text, HasSubstr("11/20  55 %  [31 %, 77 %]"));
}

}  // namespace
}  // namespace faultline

#include "reports/tables/survival_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using json = nlohmann::json;

TrialEnd crashed(std::int64_t ms, std::string phase = "encoding", std::optional<double> work = {}) {
  return {Outcome::crashed, std::move(phase), ms * 1'000'000, work};
}
TrialEnd passed(std::int64_t ms, std::optional<double> work = {}) {
  return {Outcome::passed, "done", ms * 1'000'000, work};
}

const std::vector<std::string> kThreads{"threads"};

LifetimesRow group(std::int64_t threads, std::vector<TrialEnd> ends) {
  return {{QueryValue(threads)}, std::move(ends)};
}

json as_json(const Table& table) { return json::parse(write_table(table, TableFormat::json)); }

TEST(SurvivalTableTest, TheMedianIsThatOfTheCurveAndItsKeyHasTheUnit) {
  const Table table = survival_table(
      kThreads, {group(8, {crashed(100), crashed(200), crashed(300), passed(1000), passed(1000)})}, {});

  const json row = as_json(table)["rows"][0];
  EXPECT_EQ(row["threads"], 8);
  EXPECT_EQ(row["counted"], 3);
  EXPECT_EQ(row["trials"], 5);
  EXPECT_DOUBLE_EQ(row["median_ms"], 300.0);
  EXPECT_TRUE(row["median_ms_high"].is_null()) << "nobody knows how late it may be";
}

TEST(SurvivalTableTest, WhereMoreThanHalfSurviveThereIsNoMedian) {
  const Table table = survival_table(kThreads, {group(1, {crashed(100), passed(900), passed(900)})}, {});

  EXPECT_TRUE(as_json(table)["rows"][0]["median_ms"].is_null());
}

TEST(SurvivalTableTest, OverAMetricWorkIsTheTimeAndTrialsWithoutItAreTold) {
  SurvivalTableOptions options;
  options.over = "operations";

  const Table table = survival_table(
      kThreads,
      {group(8, {crashed(1, "", 50.0), crashed(1, "", 60.0), crashed(1), passed(1, 100.0), passed(1)})},
      options);

  const json row = as_json(table)["rows"][0];
  EXPECT_DOUBLE_EQ(row["median"], 60.0);
  EXPECT_EQ(row["trials"], 3) << "those that told how far they came";
  EXPECT_THAT(write_table(table, TableFormat::text),
              HasSubstr("1 trial (crashed) printed no operations and could not be placed"));
}

TEST(SurvivalTableTest, WhereARunMayStopEarlyTheTableSaysWhatThatMeans) {
  SurvivalTableOptions options;
  options.method = IntervalMethod::anytime;

  const Table table = survival_table(kThreads, {group(8, {crashed(100), passed(900)})}, options);

  EXPECT_EQ(std::get<Rate>(table.rows[0][1].value).interval,
            proportion_interval(IntervalMethod::anytime, {1, 2}));
  EXPECT_THAT(write_table(table, TableFormat::text), HasSubstr("made for one look at a finished one"));
}

TEST(SurvivalTableTest, ByPhaseAnotherPhasesCrashesCensor) {
  SurvivalTableOptions options;
  options.by_phase = true;

  const Table table = survival_table(
      kThreads, {group(8, {crashed(100, "encoding"), crashed(200, "commit"), passed(900), passed(900)})},
      options);

  const json rows = as_json(table)["rows"];
  ASSERT_EQ(rows.size(), 2U) << "phases in which nothing crashed are no rows";
  for (const json& row : rows) {
    EXPECT_EQ(row["counted"], 1);
    EXPECT_EQ(row["trials"], 4);
  }
  EXPECT_EQ(rows[0]["phase"], "commit");
}

TEST(SurvivalTableTest, CrashesAtTheBeginningAreCalledEarly) {
  std::vector<TrialEnd> ends;
  for (int i = 0; i < 12; ++i) ends.push_back(crashed(10 + i));
  for (int i = 0; i < 12; ++i) ends.push_back(passed(1000));

  const json row = as_json(survival_table(kThreads, {group(8, ends)}, {}))["rows"][0];

  EXPECT_EQ(row["early"], 12);
  EXPECT_EQ(row["late"], 0);
  EXPECT_EQ(row["timing"], "early");
  EXPECT_LT(row["timing_p"], 0.001);
}

TEST(SurvivalTableTest, FewCrashesAreNeitherEarlyNorLate) {
  const json row = as_json(survival_table(kThreads, {group(8, {crashed(10), passed(1000)})}, {}))["rows"][0];
  EXPECT_EQ(row["timing"], "~");
}

TEST(SurvivalTableTest, TwoGroupsAreTestedForOneCurve) {
  std::vector<TrialEnd> soon;
  std::vector<TrialEnd> late;
  for (int i = 0; i < 20; ++i) {
    soon.push_back(crashed(10 + i));
    late.push_back(crashed(900 + i));
  }

  const Table two = survival_table(kThreads, {group(1, late), group(8, soon)}, {});
  const Table one = survival_table(kThreads, {group(8, soon)}, {});

  EXPECT_LT(as_json(two)["log_rank_p"], 0.0001);
  EXPECT_THAT(write_table(two, TableFormat::text), HasSubstr("Log-rank test: p < 0.0001."));
  EXPECT_THAT(write_table(one, TableFormat::text), Not(HasSubstr("Log-rank")));
}

TEST(SurvivalCurveTableTest, EveryStepIsARowWithItsInterval) {
  const Table table =
      survival_curve_table(kThreads, {group(8, {crashed(100), crashed(200), passed(300), passed(300)})}, {});

  const json rows = as_json(table)["rows"];
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0]["time_ms"], 100.0);
  EXPECT_EQ(rows[0]["at_risk"], 4);
  EXPECT_DOUBLE_EQ(rows[0]["survival"], 0.75);
  EXPECT_LT(rows[0]["survival_low"], 0.75);
  EXPECT_EQ(rows[2]["other_ends"], 2) << "they passed: an end, not a censored crash";
  EXPECT_EQ(rows[2]["censored"], 0);
  EXPECT_DOUBLE_EQ(rows[2]["survival"], 0.5);
}

TEST(SurvivalTableTest, AnotherOutcomeCanEndALife) {
  SurvivalTableOptions options;
  options.count = "bad";
  options.counts = is_bad;
  TrialEnd hung = passed(100);
  hung.outcome = Outcome::hung;

  const json row =
      as_json(survival_table(kThreads, {group(8, {crashed(50), hung, passed(200)})}, options))["rows"][0];

  EXPECT_EQ(row["counted"], 2);
}

TEST(SurvivalTableTest, EighteenCrashesIn160TrialsReachNoMedian) {
  LifetimesRow row;
  for (int i = 0; i < 160; ++i) {
    TrialEnd end;
    end.outcome = i % 9 == 0 ? Outcome::crashed : Outcome::passed;
    end.duration_ns = 1'000'000 * (10 + i);
    row.ends.push_back(end);
  }
  SurvivalTableOptions options;
  const std::string text = write_table(survival_table({}, {row}, options), TableFormat::text);
  EXPECT_THAT(text, testing::HasSubstr("18/160"));
  EXPECT_THAT(text, testing::HasSubstr("not reached"));
  options.audience = TableAudience::programs;
  const std::string machine = write_table(survival_table({}, {row}, options), TableFormat::json);
  EXPECT_THAT(machine, testing::HasSubstr("\"median_ms\":null"));
}

}  // namespace
}  // namespace faultline

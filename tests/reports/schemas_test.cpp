// What the tables print as JSON follows the schemas that other programs rely on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/tables/comparison_table.h"
#include "reports/tables/metric_table.h"
#include "reports/tables/model_table.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/survival_table.h"
#include "reports/tables/trend_table.h"
#include "tests/support/json_schema.h"

namespace faultline {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using json = nlohmann::json;

std::vector<std::string> problems(const std::string& schema, const std::string& text) {
  return JsonSchema::of_project(schema).problems(json::parse(text));
}
std::vector<std::string> problems(const std::string& schema, const Table& table) {
  return problems(schema, write_table(table, TableFormat::json));
}

RatesResult two_runs() {
  RatesResult result;
  result.columns = {"threads", "run"};
  for (std::uint8_t run = 1; run <= 2; ++run) {
    for (const std::int64_t threads : {1, 8}) {
      std::array<std::uint8_t, 16> bytes{};
      bytes.fill(run);
      RatesRow row{{QueryValue(threads), QueryValue(Uuid(bytes).text())}, {}};
      row.counts.trials = 50;
      row.counts.counted = row.counts.outcomes[Outcome::crashed] = threads == 8 ? 10 * run : 0;
      row.counts.outcomes[Outcome::passed] = 50 - row.counts.outcomes[Outcome::crashed];
      result.rows.push_back(row);
    }
  }
  return result;
}

TEST(SchemasTest, TheCheckerFindsWhatIsWrong) {
  const auto of = [](const char* schema, const char* value) {
    return JsonSchema(json::parse(schema)).problems(json::parse(value));
  };
  EXPECT_THAT(of(R"({"type": "integer"})", "1"), IsEmpty());
  EXPECT_THAT(of(R"({"type": "integer"})", "1.5"), Not(IsEmpty()));
  EXPECT_THAT(of(R"({"required": ["a"]})", "{}"), Not(IsEmpty()));
  EXPECT_THAT(of(R"({"properties": {"a": {"enum": [1, null]}}})", R"({"a": 2})"), Not(IsEmpty()));
  EXPECT_THAT(of(R"({"items": {"maximum": 1}})", "[0, 2]"), Not(IsEmpty()));
  EXPECT_THAT(of(R"({"$defs": {"x": {"type": "null"}}, "$ref": "#/$defs/x"})", "1"), Not(IsEmpty()));
  EXPECT_THAT(of(R"({"additionalProperties": false, "properties": {"a": {}}})", R"({"b": 1})"),
              Not(IsEmpty()));
  EXPECT_THAT(of(R"({"unheard_of": 1})", "1"), Not(IsEmpty()));
}

TEST(SchemasTest, Rates) {
  RatesResult result = two_runs();
  RateTableOptions options;
  options.audience = TableAudience::programs;
  options.trials_to_see_one = true;
  options.exposure = RateExposure{"operations", {{result.rows[1].values, {{9, 5e5}, {1, 5e5}}}}, 0};
  EXPECT_THAT(problems("rates.schema.json", rate_table(result, options)), IsEmpty());
  result.stop_rule = true;
  EXPECT_THAT(problems("rates.schema.json", rate_table(result, options)), IsEmpty());
  EXPECT_THAT(problems("rates.schema.json", rate_table(RatesResult{}, options)), IsEmpty());
}

TEST(SchemasTest, FirstCrashesAndTrendsOfRates) {
  RateTableOptions options;
  options.audience = TableAudience::programs;
  RatesResult result = two_runs();
  CommonestSiteRow site;
  site.values = {result.rows[0].values[1]};
  site.fault_kind = "null_dereference";
  site.reports = site.of = 1;
  EXPECT_THAT(problems("first-crash.schema.json", *first_crash_table(result, "threads", {site}, options)),
              IsEmpty());
  EXPECT_THAT(problems("rate-trend.schema.json", *rate_trend_table(result, "threads", options)), IsEmpty());
}

TEST(SchemasTest, CountsFromElsewhere) {
  ImportedCountRow row;
  row.source = "counts.csv";
  row.parameters = {{"threads", QueryValue(std::int64_t{8})}};
  row.trials = 20;
  row.crashed = 11;
  EXPECT_THAT(problems("imported.schema.json", imported_counts_table({row}, {})), IsEmpty());
}

TEST(SchemasTest, Comparisons) {
  ComparisonInput decided;
  decided.counted = "bad";
  decided.a = {28, 50};
  decided.b = {0, 50};
  ComparisonInput undecided = decided;
  undecided.a = {2, 20};
  undecided.b = {0, 20};
  undecided.context.is_literal = true;
  ComparisonInput nothing = decided;
  nothing.a = {0, 0};
  nothing.b = {0, 50};
  ComparisonInput anytime = decided;
  anytime.context.anytime = true;
  ComparisonInput nights = decided;
  nights.strata = {{{14, 25}, {0, 25}}, {{14, 25}, {0, 25}}};
  for (const ComparisonInput& input : {decided, undecided, nothing, anytime, nights}) {
    EXPECT_THAT(problems("compare.schema.json", write_comparisons({compare(input)}, {}, TableFormat::json)),
                IsEmpty());
  }
  EXPECT_THAT(problems("compare.schema.json",
                       write_comparisons(compare_all({decided, undecided, nothing}), {}, TableFormat::json)),
              IsEmpty());
}

TEST(SchemasTest, RatesModel) {
  const ModelQuestion question = *parse_model({"threads", "lock"});
  RatesResult result;
  result.columns = question.columns;
  for (const auto& [threads, lock, crashed] :
       {std::tuple{1, "none", 0}, {8, "none", 28}, {1, "global", 0}, {8, "global", 2}}) {
    RatesRow row{{QueryValue(std::int64_t{threads}), QueryValue(std::string(lock))}, {}};
    row.counts.trials = 50;
    row.counts.counted = crashed;
    result.rows.push_back(row);
  }
  const auto table = model_table(result, question, {});
  ASSERT_TRUE(table.has_value()) << table.error().text();
  EXPECT_THAT(problems("rates-model.schema.json", *table), IsEmpty());
}

TEST(SchemasTest, Metrics) {
  RatesResult rates = two_runs();
  std::vector<MetricRow> metrics;
  for (int i = 0; i < 6; ++i) {
    MetricRow row;
    row.values = rates.rows[0].values;
    row.trial_index = i;
    row.value = 100.0 + i;
    metrics.push_back(row);
  }
  MetricTableOptions options;
  options.audience = TableAudience::programs;
  const MetricGroups groups = metric_groups("ops_per_second", rates, metrics, true);
  EXPECT_THAT(problems("metrics.schema.json", *metric_table(groups, options)), IsEmpty());
  options.efficiency_by = "threads";
  EXPECT_THAT(problems("metrics.schema.json", *metric_table(groups, options)), IsEmpty());
}

TEST(SchemasTest, Survival) {
  const LifetimesRow row{
      {QueryValue(std::int64_t{8})},
      {{Outcome::crashed, "encoding", 1'000'000, 5.0}, {Outcome::passed, "", 9'000'000, 9.0}}};
  for (const bool by_phase : {false, true}) {
    for (const char* over : {"", "operations"}) {
      SurvivalTableOptions options;
      options.audience = TableAudience::programs;
      options.by_phase = by_phase;
      options.over = over;
      EXPECT_THAT(problems("survival.schema.json", survival_table({"threads"}, {row, row}, options)),
                  IsEmpty());
      EXPECT_THAT(problems("survival.schema.json", survival_curve_table({"threads"}, {row}, options)),
                  IsEmpty());
    }
  }
}

TEST(SchemasTest, Trend) {
  std::vector<RunRecord> runs(2);
  for (std::uint8_t i = 0; i < 2; ++i) {
    std::array<std::uint8_t, 16> bytes{};
    bytes.fill(static_cast<std::uint8_t>(i + 1));
    runs[i].uuid = Uuid(bytes);
    runs[i].started = *parse_utc("2025-12-01T23:30:00.000Z") + std::chrono::hours(24 * i);
  }
  runs[1].host.os_build = "24G504";
  const Trends trends = trend_tables(two_runs(), runs, {});
  EXPECT_THAT(problems("trend.schema.json", write_trend(trends.programs, TableFormat::json)), IsEmpty());
}

}  // namespace
}  // namespace faultline

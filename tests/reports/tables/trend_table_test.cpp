#include "reports/tables/trend_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using json = nlohmann::json;

RunRecord night(std::uint8_t number) {
  RunRecord run;
  std::array<std::uint8_t, 16> bytes{};
  bytes.fill(number);
  run.uuid = Uuid(bytes);
  run.campaign_hash = "0123456789abcdef";
  run.host.host_name = "rack-1";
  run.host.os_build = "24G419";
  run.host.zone_minutes = 60;
  run.facts = {{"torch", "2.9.1"}};
  run.started = *parse_utc("2025-12-01T23:30:00.000Z") + std::chrono::hours(24 * number);
  return run;
}

/// One cell over as many nights as there are counts of 50.
struct Nights {
  RatesResult rates;
  std::vector<RunRecord> runs;

  explicit Nights(const std::vector<std::int64_t>& crashes) {
    rates.columns = {"cell", "run"};
    for (const std::int64_t crashed : crashes) {
      runs.push_back(night(static_cast<std::uint8_t>(runs.size() + 1)));
      RatesRow row{{QueryValue(std::string("threads=8 lock=none")), QueryValue(runs.back().uuid.text())}, {}};
      row.counts.trials = 50;
      row.counts.counted = row.counts.outcomes[Outcome::crashed] = crashed;
      rates.rows.push_back(row);
    }
  }
  [[nodiscard]] TrendTables tables(const TrendOptions& options = {}) const {
    return trend_tables(rates, runs, options).people;
  }
  [[nodiscard]] json as_json() const {
    return json::parse(write_trend(trend_tables(rates, runs, {}).programs, TableFormat::json));
  }
};

TEST(TrendTableTest, EachRunIsARowNamedByItsLocalDate) {
  const json trend = Nights({28, 26}).as_json();

  ASSERT_EQ(trend["rows"].size(), 2U);
  EXPECT_EQ(trend["rows"][0]["date"], "2025-12-03") << "23:30 UTC is the next day an hour east";
  EXPECT_EQ(trend["rows"][0]["counted"], 28);
  EXPECT_TRUE(trend["rows"][0]["moved"].is_null()) << "there is none before the first";
  EXPECT_EQ(trend["rows"][1]["moved"], "~");
}

TEST(TrendTableTest, ARateThatMovedBeyondChanceSaysSoAndWhatChangedWithIt) {
  Nights nights({28, 5});
  nights.runs[1].host.os_build = "24G504";
  nights.runs[1].facts = {{"torch", "2.10.0"}};
  nights.runs[1].campaign_hash = "fedcba9876543210";

  const json row = nights.as_json()["rows"][1];

  EXPECT_EQ(row["moved"], "lower");
  EXPECT_LT(row["moved_p"], 0.0001);
  EXPECT_EQ(row["changed"], (std::vector<std::string>{"campaign 01234567 -> fedcba98",
                                                      "os_build 24G419 -> 24G504", "torch 2.9.1 -> 2.10.0"}));
}

TEST(TrendTableTest, AFactThatCameOrWentIsAChange) {
  RunRecord before = night(1);
  RunRecord after = night(2);
  EXPECT_THAT(changes_between(before, after), IsEmpty());
  after.facts = {{"mlx", "0.30"}};
  EXPECT_THAT(changes_between(before, after), ElementsAre("mlx (none) -> 0.30", "torch 2.9.1 -> (none)"));
}

TEST(TrendTableTest, NightsThatDifferWidenTheIntervalAndSaySo) {
  const TrendTables tables = Nights({45, 2, 44, 3, 40, 5}).tables();

  const json cell = Nights({45, 2, 44, 3, 40, 5}).as_json()["cells"][0];
  EXPECT_EQ(cell["runs"], 6);
  EXPECT_EQ(cell["trials"], 300);
  EXPECT_EQ(cell["runs_differ"], "yes");
  const Interval plain = clopper_pearson({139, 300});
  EXPECT_LT(cell["low"], plain.low);
  EXPECT_GT(cell["high"], plain.high);
  EXPECT_THAT(write_trend(tables, TableFormat::text), HasSubstr("and is wider for it"));
}

TEST(TrendTableTest, TheRunFromWhichOnTheRateIsAnotherOneIsNamed) {
  Nights nights({5, 4, 6, 5, 20, 22, 19, 21});
  for (std::size_t i = 4; i < 8; ++i) nights.runs[i].host.os_build = "24G504";

  const json cell = nights.as_json()["cells"][0];

  EXPECT_EQ(cell["change_at"], "2025-12-07");
  EXPECT_NEAR(cell["change_p"], 2.0 / 70.0, 1e-9);
  EXPECT_EQ(cell["change_before"], 0.1);
  EXPECT_EQ(cell["change_after"], 0.41);
  EXPECT_EQ(cell["change_with"], (std::vector<std::string>{"os_build 24G419 -> 24G504"}));
  EXPECT_THAT(write_trend(nights.tables(), TableFormat::text), HasSubstr("by permutation of the runs"));
}

TEST(TrendTableTest, NightsThatVaryNameNoChangeAndSevenAreTooFew) {
  const json cell = Nights({5, 21, 4, 20, 6, 22, 5, 19, 4}).as_json()["cells"][0];
  EXPECT_GT(cell["change_p"], 0.05);
  EXPECT_TRUE(cell["change_at"].is_null());
  EXPECT_TRUE(Nights({0, 0, 0, 50, 50, 50, 50}).as_json()["cells"][0]["change_p"].is_null());
}

TEST(TrendTableTest, NightsOfOneRateKeepThePlainInterval) {
  const json cell = Nights({28, 26, 29, 27}).as_json()["cells"][0];
  EXPECT_EQ(cell["runs_differ"], "as chance lets them");
  EXPECT_NEAR(cell["low"], clopper_pearson({110, 200}).low, 1e-12);
}

TEST(TrendTableTest, OneRunSaysNothingAboutTheOthers) {
  const json cell = Nights({28}).as_json()["cells"][0];
  EXPECT_TRUE(cell["runs_differ"].is_null());
  EXPECT_TRUE(cell["dispersion_p"].is_null());
}

TEST(TrendTableTest, OnlyTheNewestRunsAreLookedAt) {
  TrendOptions options;
  options.last_runs = 2;
  const TrendTables tables = Nights({1, 2, 3, 4}).tables(options);

  ASSERT_EQ(tables.runs.rows.size(), 2U);
  EXPECT_EQ(std::get<Rate>(tables.runs.rows[0][3].value).of, (Proportion{3, 50}));
  EXPECT_EQ(std::get<Rate>(tables.cells.rows[0][2].value).of, (Proportion{7, 100}));
}

TEST(TrendTableTest, RunsAreInTheOrderOfTheirStart) {
  Nights nights({1, 2, 3});
  std::reverse(nights.runs.begin(), nights.runs.end());
  std::reverse(nights.rates.rows.begin(), nights.rates.rows.end());

  const json rows = nights.as_json()["rows"];

  EXPECT_EQ(rows[0]["counted"], 1);
  EXPECT_EQ(rows[2]["counted"], 3);
}

TEST(TrendTableTest, TheCellsCountsAreTheSumOfItsRuns) {
  const Nights nights({7, 9, 4});
  const json trend = nights.as_json();
  int counted = 0;
  for (const json& row : trend["rows"]) counted += row["counted"].get<int>();
  EXPECT_EQ(trend["cells"][0]["counted"], counted);
}

}  // namespace
}  // namespace faultline

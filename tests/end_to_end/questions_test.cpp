// What can be asked of a store once trials are in it, as a user asks: numbers, lifetimes, nights, stop rules,
// counts from elsewhere.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/json_schema.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A workload that prints how far it came, and dies there with 8 threads.
constexpr const char* kWorkload = R"(
echo '{"faultline": {"phase": "encoding"}}'
echo '{"faultline": {"metric": "operations", "value": 20}}'
if [ "$1" = 8 ]; then
  echo '{"faultline": {"metric": "operations", "value": 40}}'
  kill -SEGV $$
fi
echo '{"faultline": {"metric": "operations", "value": 100}}'
)";

class QuestionsTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult faultline(std::vector<std::string> arguments, bool with_store = true) const {
    if (with_store) arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  /// The answer as JSON, which follows its schema.
  json ask(const std::string& schema, std::vector<std::string> arguments, bool with_store = true) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    const ProgramResult result = faultline(std::move(arguments), with_store);
    EXPECT_EQ(result.exit_status, 0) << result.err;
    json answer = json::parse(result.out, nullptr, false);
    EXPECT_THAT(JsonSchema::of_project(schema).problems(answer), IsEmpty()) << result.out;
    return answer;
  }
  ProgramResult run(const std::string& more_of_campaign) const {
    std::ofstream(folder_ / "w.sh") << kWorkload;
    std::ofstream(folder_ / "c.toml") << "[campaign]\nname = \"small\"\n"
                                      << more_of_campaign << R"(
[[workload]]
name = "w"
command = ["/bin/sh", "{campaign}/w.sh", "{threads}"]
matrix = { threads = [1, 8] }
)";
    return faultline({"run", folder_ / "c.toml"});
  }

  ScopedTempFolder folder_;
};

TEST_F(QuestionsTest, MetricsLifetimesAndNightsAreAnswered) {
  const ProgramResult ran = run("trials = 6\n");
  ASSERT_EQ(ran.exit_status, 0) << ran.err;

  const json metrics = ask("metrics.schema.json", {"metrics", "operations", "--by", "threads"});
  const json survival = ask("survival.schema.json", {"survival", "--over", "operations", "--by", "threads"});
  const json by_phase = ask("survival.schema.json", {"survival", "--by", "phase"});
  const json per = ask("rates.schema.json", {"rates", "--by", "threads", "--per", "operations"});
  const json trend = ask("trend.schema.json", {"trend"});
  const json ordered = ask("rates.schema.json", {"rates", "--by", "threads"});
  const json compared = ask("compare.schema.json", {"compare", "threads=8", "threads=1"});

  ASSERT_EQ(metrics["rows"].size(), 2U);
  EXPECT_EQ(metrics["rows"][0]["median"], 100.0) << "the last that each trial printed";
  EXPECT_TRUE(metrics["rows"][1]["median"].is_null());
  EXPECT_EQ(metrics["rows"][1]["crashed_counted"], 6);
  EXPECT_TRUE(survival["rows"][0]["median"].is_null()) << "one thread never crashes";
  EXPECT_EQ(survival["rows"][1]["median"], 40.0);
  ASSERT_EQ(by_phase["rows"].size(), 1U);
  EXPECT_EQ(by_phase["rows"][0]["phase"], "encoding");
  EXPECT_EQ(by_phase["rows"][0]["trials"], 12) << "all trials are at risk in it";
  EXPECT_EQ(per["rows"][1]["work"], 240.0);
  EXPECT_EQ(per["rows"][1]["per_work"], 6.0 / 240.0);
  ASSERT_EQ(trend["cells"].size(), 2U);
  EXPECT_EQ(trend["cells"][1]["runs"], 1);
  EXPECT_EQ(ordered["rows"][1]["counted"], 6);
  EXPECT_EQ(compared["verdict"], "higher");
}

TEST_F(QuestionsTest, ARunStopsWhenItsRuleIsMetAndItsTableSaysSo) {
  const ProgramResult ran = run("trials = 60\nstop = { when = \"interval\", width = 0.6 }\n");

  ASSERT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("Intervals: anytime-valid"));
  EXPECT_THAT(ran.out, HasSubstr("has a stop rule"));
  EXPECT_THAT(ran.out, HasSubstr("all 2 cells are decided after"));
  const json rates = ask("rates.schema.json", {"rates", "--by", "threads"});
  EXPECT_EQ(rates["method"], "anytime");
  EXPECT_EQ(rates["stop_rule"], true);
  for (const json& row : rates["rows"]) {
    EXPECT_LT(row["trials"], 60);
    EXPECT_EQ(row["trials"], rates["rows"][0]["trials"]) << "whole blocks";
    EXPECT_LE(row["high"].get<double>() - row["low"].get<double>(), 0.6);
  }
  EXPECT_THAT(faultline({"compare", "threads=8", "threads=1"}).out, HasSubstr("anytime-valid"));
}

TEST_F(QuestionsTest, AMistakeInAStopRuleIsToldWithItsLineAndNothingIsRun) {
  const ProgramResult ran = run("trials = 6\nstop = { when = \"decided\", against = \"lock=none\" }\n");

  EXPECT_EQ(ran.exit_status, 2);
  EXPECT_THAT(ran.err, HasSubstr("c.toml:4: stop against: "));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}

TEST_F(QuestionsTest, CountsFromElsewhereStandApart) {
  ASSERT_EQ(run("trials = 2\n").exit_status, 0);
  std::ofstream(folder_ / "counts.csv") << "threads,trials,crashed\n8,20,11\n16,20,21\n";

  const ProgramResult imported = faultline({"import", "--trials", folder_ / "counts.csv"});

  EXPECT_EQ(imported.exit_status, 3);
  EXPECT_THAT(imported.err, HasSubstr("counts.csv:3: 21 crashed of 20 trials"));
  const json ours = ask("rates.schema.json", {"rates"});
  EXPECT_EQ(ours["rows"][0]["trials"], 4) << "two cells, two trials each";
  const json theirs = ask("imported.schema.json", {"rates", "--imported"});
  ASSERT_EQ(theirs["rows"].size(), 1U);
  EXPECT_EQ(theirs["rows"][0]["threads"], 8);
  EXPECT_EQ(theirs["rows"][0]["counted"], 11);
  EXPECT_EQ(theirs["rows"][0]["source"], "counts.csv");
  const std::string text = faultline({"rates", "--by", "threads"}).out;
  EXPECT_THAT(text, HasSubstr("not measured here"));
  EXPECT_THAT(text, HasSubstr("11/20"));
}

TEST_F(QuestionsTest, TwoCountsAreComparedWithoutAnyStore) {
  const json decided = ask("compare.schema.json", {"compare", "11/20", "0/20"}, false);
  EXPECT_EQ(decided["verdict"], "higher");
  const json undecided = ask("compare.schema.json", {"compare", "4/20", "0/20"}, false);
  EXPECT_EQ(undecided["verdict"], "undecided");
  EXPECT_TRUE(undecided["trials_needed"].is_number());
  EXPECT_THAT(undecided["warnings"], Not(IsEmpty()));
}

TEST_F(QuestionsTest, EachClaimOfATableIsCorrectedForTheOthers) {
  ASSERT_EQ(run("trials = 6\n").exit_status, 0);

  const json claims =
      ask("compare.schema.json", {"compare", "trial<6", "trial>=6", "--by", "threads"})["claims"];

  ASSERT_EQ(claims.size(), 2U);
  EXPECT_EQ(claims[0]["group"], "threads=1");
  EXPECT_EQ(claims[1]["group"], "threads=8");
  EXPECT_EQ(claims[1]["a"]["counted"], 3);
  EXPECT_EQ(claims[1]["verdict"], "undecided") << "of the two halves of one run";
}

}  // namespace
}  // namespace faultline

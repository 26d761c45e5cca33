// The whole line on real crashes: run, capture, analyse, store, ask.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <regex>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class MainLineTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult faultline(std::vector<std::string> arguments, bool with_store = true) const {
    if (with_store) arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  json ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    return json::parse(faultline(std::move(arguments)).out, nullptr, false);
  }

  ScopedTempFolder folder_;
};

/// What every table of rates must hold, whatever it is about.
void expect_valid(const json& rates) {
  for (const auto& row : rates["rows"]) {
    SCOPED_TRACE(row.dump());
    const auto n = row["trials"].get<int>();
    int outcomes = 0;
    for (const auto* outcome : {"passed", "crashed", "wrong", "hung", "panicked", "exit_error"}) {
      outcomes += row[outcome].get<int>();
    }
    EXPECT_EQ(outcomes, n) << "the outcomes must sum to the trials";
    EXPECT_LE(row["counted"].get<int>(), n);
    EXPECT_LE(row["uncaptured"].get<int>(), row["crashed"].get<int>());
    EXPECT_LE(row["low"].get<double>(), row["rate"].get<double>());
    EXPECT_LE(row["rate"].get<double>(), row["high"].get<double>());
  }
}

TEST_F(MainLineTest, AModelOfTheRaceGivesRatesAndItsFourSites) {
  std::ofstream(folder_ / "c.toml") << R"(
[campaign]
name = "small"
trials = 12
control = "lock=none"

[[workload]]
name = "race"
command = ["{samples}/agx_sim", "--style", "{style}", "--threads", "16", "--lock", "{lock}"]
pass_when = "complete"
matrix = { style = ["shared", "per-thread"], lock = ["none", "per-stream", "global"] }
)";

  const auto run = faultline({"run", folder_ / "c.toml"});
  const auto rates = ask({"rates", "--by", "style,lock"});
  const auto sites = ask({"sites"});

  ASSERT_EQ(run.exit_status, 0) << run.err;
  ASSERT_EQ(rates["rows"].size(), 6U) << rates.dump(1);
  expect_valid(rates);
  for (const auto& row : rates["rows"]) {
    EXPECT_EQ(row["trials"], 12);
    if (row["lock"] == "global") {
      EXPECT_EQ(row["crashed"], 0);
    }
    EXPECT_EQ(row["uncaptured"], 0);
  }
  std::map<std::int64_t, std::string> null_sites;
  bool assertion = false;
  for (const auto& row : sites["rows"]) {
    EXPECT_EQ(row["image"], "AGXMetalG16X") << row.dump();
    if (row["fault_kind"] == "assertion") assertion = true;
    if (row["fault_kind"] == "null_dereference") null_sites[row["fault_offset"]] = row["access"];
  }
  EXPECT_TRUE(assertion);
  for (const auto& [offset, access] : null_sites) {
    EXPECT_THAT(offset, testing::AnyOf(0x5c8, 0x98, 0x184));
    EXPECT_EQ(access, offset == 0x184 ? "write" : "read");
  }
  EXPECT_FALSE(null_sites.empty());
}

TEST_F(MainLineTest, TheFunctionThatClearsThePointerStandsOutAmongThePartnersOfTheCrashesThatItCauses) {
  ASSERT_EQ(faultline({"run", "--trials", "30", "--matrix", "style=shared,per-thread", "--",
                       sample_program("agx_sim"), "--style", "{style}", "--threads", "16", "--lock", "none"})
                .exit_status,
            0);

  const auto partners = ask({"sites", "kind=null_dereference", "--partners"})["rows"];

  ASSERT_FALSE(partners.empty());
  EXPECT_EQ(partners[0]["function"], "AGXMetal* -[AGXG*FamilyComputeContext endEncoding]");
  EXPECT_GT(partners[0]["lift_low"].get<double>(), 1.0) << partners[0].dump();
}

TEST_F(MainLineTest, EightThreadsThatFaultTogetherEachTimeGiveTheAddressOfTheOneThatIsNamed) {
  ASSERT_EQ(faultline({"run", "--trials", "25", "--", sample_program("eight_threads_fault")}).exit_status, 0);
  const auto reports = ask({"list", "reports"})["rows"];

  ASSERT_EQ(reports.size(), 25U);
  for (const auto& row : reports) {
    const auto shown = json::parse(faultline({"show", row["incident"], "--format", "json"}).out);
    const auto crashed = shown["crashed_thread"].get<std::size_t>();
    const std::string name = shown["threads"][crashed]["name"];
    std::smatch match;
    ASSERT_TRUE(std::regex_match(name, match, std::regex("fault-(\\d+)"))) << name;
    const auto number = std::stoull(match[1]);
    EXPECT_EQ(shown["fault"]["address"].get<std::uint64_t>(), 0xdead0000 + number * 0x1008);
  }
}

TEST_F(MainLineTest, AReportComesBackByteForByteAndIsExplainedWithoutAStore) {
  ASSERT_EQ(faultline({"run", "--trials", "1", "--", sample_program("null_write")}).exit_status, 0);

  const auto raw = faultline({"show", "last", "--format", "raw"});
  std::ofstream(folder_ / "copy.ips", std::ios::binary) << raw.out;
  const auto again = faultline({"import", folder_ / "copy.ips"});
  const auto alone = run_program({faultline_program(), "show", folder_ / "copy.ips"});

  EXPECT_THAT(again.err, HasSubstr("0 added, 1 known"));
  EXPECT_EQ(alone.exit_status, 0) << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("is NULL"));
}

TEST_F(MainLineTest, CaptureItselfCanBeAnArm) {
  const auto run =
      faultline({"run", "--trials", "3", "--matrix", "capture=on,off", "--", sample_program("null_read")});
  const auto rates = ask({"rates", "--by", "capture"});

  ASSERT_EQ(run.exit_status, 0) << run.err;
  ASSERT_EQ(rates["rows"].size(), 2U) << rates.dump(1);
  for (const auto& row : rates["rows"]) {
    EXPECT_EQ(row["crashed"], 3);
    EXPECT_EQ(row["uncaptured"], row["capture"] == "off" ? 3 : 0) << row.dump();
  }
}

TEST_F(MainLineTest, FailOnSetsTheExitStatusAndNamesWhatItFound) {
  const auto crashing =
      faultline({"run", "--trials", "2", "--fail-on", "crash,new-site", "--", sample_program("abort")});
  const auto passing =
      faultline({"run", "--trials", "2", "--fail-on", "crash,bad", "--", sample_program("passes")});
  const auto unknown = faultline({"run", "--fail-on", "nonsense", "--", sample_program("passes")});

  EXPECT_EQ(crashing.exit_status, 4);
  EXPECT_THAT(crashing.err, HasSubstr("crash: 2 trials crashed"));
  EXPECT_THAT(crashing.err, HasSubstr("new-site:"));
  EXPECT_EQ(passing.exit_status, 0) << passing.err;
  EXPECT_EQ(unknown.exit_status, 2);
}

TEST_F(MainLineTest, ALabelIsShownWithItsSiteAndCanBeTakenAway) {
  ASSERT_EQ(faultline({"run", "--trials", "1", "--", sample_program("null_read")}).exit_status, 0);

  ASSERT_EQ(faultline({"label", "site~null_read", "known"}).exit_status, 0);
  const auto labelled = ask({"sites"});
  ASSERT_EQ(faultline({"label", "site~null_read", "known", "--remove"}).exit_status, 0);
  const auto removed = ask({"sites"});

  EXPECT_EQ(labelled["rows"][0]["labels"], json::array({"known"}));
  EXPECT_EQ(removed["rows"][0]["labels"], json::array());
}

TEST_F(MainLineTest, TwoStoresMergeToTheSameWholeInEitherOrder) {
  for (const auto* name : {"a.db", "b.db"}) {
    ASSERT_EQ(run_program({faultline_program(), "run", "--db", folder_ / name, "--trials", "3", "--",
                           sample_program("null_read")})
                  .exit_status,
              0);
  }

  ASSERT_EQ(run_program(
                {faultline_program(), "merge", "--db", folder_ / "ab.db", folder_ / "a.db", folder_ / "b.db"})
                .exit_status,
            0);
  ASSERT_EQ(run_program({faultline_program(), "merge", "--db", folder_ / "ba.db", folder_ / "b.db",
                         folder_ / "a.db", folder_ / "b.db"})
                .exit_status,
            0);
  const auto table = [&](const char* store) {
    return run_program(
               {faultline_program(), "rates", "--db", folder_ / store, "--by", "run", "--format", "csv"})
        .out;
  };

  EXPECT_EQ(table("ab.db"), table("ba.db"));
  EXPECT_THAT(table("ab.db"), HasSubstr(",3,3,"));
}

}  // namespace
}  // namespace faultline

// A team's own rules file on the command line, and sites of deaths that left no report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SiteRulesTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  json ask(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    return json::parse(faultline(std::move(arguments)).out, nullptr, false);
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  ScopedTempFolder folder_;
};

TEST_F(SiteRulesTest, ARulesFileMovesASiteAndItsLabelStandsInSitesAndShow) {
  const auto rules = write("team.rules",
                           "function:*write_value* skip\n"
                           "image:null_write kind:null_dereference label \"our own\"\n");
  ASSERT_EQ(faultline({"run", "--trials", "1", "--", sample_program("null_write")}).exit_status, 0);
  const auto plain = ask({"sites"})["rows"];

  const auto again = faultline({"reanalyze", "--rules", rules});
  const auto ruled = ask({"sites"})["rows"];
  const auto shown = faultline({"show", "last", "--full", "--rules", rules});
  const auto without = faultline({"show", "last"});
  const auto version = ask({"show", "last", "--rules", rules})["rules_version"].get<std::string>();
  ASSERT_EQ(faultline({"reanalyze"}).exit_status, 0);
  const auto back = ask({"sites"})["rows"];

  ASSERT_EQ(again.exit_status, 0) << again.err;
  ASSERT_EQ(plain.size(), 1U);
  ASSERT_EQ(ruled.size(), 1U);
  EXPECT_EQ(plain[0]["labels"], json::array());
  EXPECT_EQ(ruled[0]["labels"], json::array({"our own"}));
  EXPECT_THAT(plain[0]["function"].get<std::string>(), HasSubstr("write_value"));
  EXPECT_THAT(ruled[0]["function"].get<std::string>(), Not(HasSubstr("write_value")));
  EXPECT_THAT(again.out, AllOf(HasSubstr("- " + plain[0]["key"].get<std::string>()),
                               HasSubstr("+ " + ruled[0]["key"].get<std::string>())));
  EXPECT_THAT(shown.out, AllOf(HasSubstr("rules file line 1"), HasSubstr("our own")));
  EXPECT_THAT(without.err,
              HasSubstr("The store has this report at site " + ruled[0]["key"].get<std::string>()));
  EXPECT_THAT(version, testing::MatchesRegex("[0-9]+\\+[0-9a-f]{16}"));
  EXPECT_EQ(back, plain);
}

TEST_F(SiteRulesTest, ARulesFileMayBeNamedByTheCampaignAndByTheEnvironment) {
  write("team.rules", "kind:null_dereference label ours\n");
  const auto campaign = write("c.toml", R"(
[campaign]
name = "ruled"
trials = 1
rules = "team.rules"
[[workload]]
name = "w"
command = ["{samples}/null_read"]
)");

  ASSERT_EQ(faultline({"run", campaign}).exit_status, 0);
  const auto by_campaign = ask({"sites", "ours"})["rows"];
  const auto rates = ask({"rates", "--count", "label=ours"})["rows"];
  ::setenv("FAULTLINE_RULES", (folder_ / "team.rules").c_str(), 1);
  const auto by_environment = ask({"show", "last"});
  ::unsetenv("FAULTLINE_RULES");

  ASSERT_EQ(by_campaign.size(), 1U);
  EXPECT_EQ(rates[0]["counted"], 1);
  EXPECT_EQ(by_environment["labels"], json::array({"ours"}));
}

TEST_F(SiteRulesTest, AReportThatComesInWithoutTheFileLeavesTheLabelsThatItGave) {
  const auto rules = write("team.rules", "kind:null_dereference label ours\n");
  ASSERT_EQ(
      faultline({"run", "--rules", rules, "--trials", "1", "--", sample_program("null_read")}).exit_status,
      0);
  ASSERT_EQ(faultline({"run", "--trials", "1", "--", sample_program("null_read")}).exit_status, 0);

  const auto rows = ask({"sites"})["rows"];

  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["reports"], 2);
  EXPECT_EQ(rows[0]["labels"], json::array({"ours"}));
}

TEST_F(SiteRulesTest, AMistakeInARulesFileIsToldWithItsPlaceAndNothingIsDone) {
  const auto rules = write("team.rules", "function:a skip\ncolour:red skip\n");
  const auto missing = folder_ / "none.rules";

  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"run", "--rules", rules, "--", sample_program("passes")},
        std::vector<std::string>{"import", "--rules", rules, rules},
        std::vector<std::string>{"show", "--rules", rules, rules}}) {
    const auto result = faultline(command);
    EXPECT_EQ(result.exit_status, 2) << command[0];
    EXPECT_EQ(result.err, "faultline: " + rules +
                              ":2: unknown matcher `colour`; known are image, function, exception, kind, "
                              "family, site\n");
  }
  const auto absent = faultline({"import", "--rules", missing, rules});

  EXPECT_EQ(absent.exit_status, 2);
  EXPECT_THAT(absent.err, AllOf(HasSubstr("the rules file that --rules names"), HasSubstr("none.rules")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}

TEST_F(SiteRulesTest, ADeathWithoutAReportGetsItsSiteFromWhatItWroteAndIsMarkedAsSuch) {
  const auto campaign = write("c.toml", R"(
[campaign]
name = "bare"
trials = 4
[[workload]]
name = "assertion"
command = ["/bin/sh", "-c", "echo '-[AGXG16XFamilyCommandBuffer tryCoalescing:]:836: failed assertion `busy'\\''' >&2; kill -ABRT $$"]
capture = "off"
[[workload]]
name = "silent"
command = ["/bin/sh", "-c", "kill -SEGV $$"]
capture = "off"
)");
  const auto rules = write("team.rules", "kind:assertion label coalescing\n");

  const auto run = faultline({"run", campaign});
  const auto sites = ask({"sites"})["rows"];
  const auto people = faultline({"sites"}).out;
  const auto here = ask({"rates", "--by", "workload", "--count", "site~tryCoalescing"})["rows"];
  const auto elsewhere = ask({"rates", "--by", "workload", "--count", "not site~tryCoalescing"})["rows"];
  const auto of_bare = ask({"sites", "--where", "workload=silent"})["rows"];
  const auto trials = ask({"list", "trials"})["rows"];
  const auto again = faultline({"reanalyze", "--rules", rules});
  const auto labelled = ask({"sites"})["rows"];

  ASSERT_EQ(run.exit_status, 0) << run.err;
  ASSERT_EQ(sites.size(), 1U) << sites.dump(1);
  EXPECT_EQ(sites[0]["family_text"],
            "AGXMetal* -[AGXG*FamilyCommandBuffer tryCoalescing:] assertion \"busy\"");
  EXPECT_EQ(sites[0]["reports"], 0);
  EXPECT_EQ(sites[0]["trials"], 4);
  EXPECT_EQ(sites[0]["uncaptured"], 4);
  EXPECT_EQ(sites[0]["cells"], 1);
  EXPECT_THAT(people, AllOf(HasSubstr("by output"), HasSubstr("left no report")));
  ASSERT_EQ(here.size(), 2U);
  for (const auto& row : here) EXPECT_EQ(row["counted"], row["workload"] == "assertion" ? 4 : 0);
  for (const auto& row : elsewhere) EXPECT_EQ(row["counted"], row["workload"] == "assertion" ? 0 : 4);
  EXPECT_EQ(of_bare, json::array());
  for (const auto& trial : trials) {
    const auto page = faultline({"show", trial["trial"].get<std::string>()}).out;
    if (trial["workload"] == "assertion") {
      EXPECT_THAT(page,
                  AllOf(HasSubstr("tryCoalescing:"), HasSubstr("from a line on its output; no report")));
    } else {
      EXPECT_THAT(page, Not(HasSubstr("site ")));
    }
  }
  EXPECT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(labelled[0]["labels"], json::array({"coalescing"}));
  EXPECT_EQ(labelled[0]["uncaptured"], 4);
}

}  // namespace
}  // namespace faultline

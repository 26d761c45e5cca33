// What is sent to people who did not run it: the report of a run, and the bundle for a vendor.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class SentReportsTest : public testing::Test {
 protected:
  void SetUp() override { SKIP_WITHOUT_OWN_REPORTER(); }
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }

  /// A script with a private path and a token in what it prints and in its campaign; it dies of NULL.
  void run_campaign() const {
    std::ofstream(folder_ / "t.sh") << "# by /Users/janedoe/work\nexec \"$1\"\n";
    std::ofstream(folder_ / "c.toml") << R"(
[campaign]
name = "small"
trials = 6
control = "program=null_read"

[[workload]]
name = "race"   # ask janedoe@example.org
command = ["sh", "{campaign}/t.sh", "{samples}/{program}"]
env = { API_TOKEN = "verysecretvalue" }
matrix = { program = ["null_read", "passes"] }
)";
    const auto run = faultline({"run", folder_ / "c.toml"});
    ASSERT_EQ(run.exit_status, 0) << run.err;
  }
  std::string first_site() const {
    return json::parse(faultline({"sites", "--format", "json"}).out)["rows"][0]["key"];
  }
  std::string file(const std::string& name) const { return read_whole(folder_ / name); }
  /// Its words, however they are broken into lines.
  std::string words_of(const std::string& name) const {
    std::istringstream all(file(name));
    std::string out;
    for (std::string word; all >> word;) out += (out.empty() ? "" : " ") + word;
    return out;
  }

  ScopedTempFolder folder_;
};

TEST_F(SentReportsTest, ARunIsReportedInEveryFormat) {
  run_campaign();

  const auto markdown = faultline({"report"});
  const auto report = faultline({"report", "--format", "markdown,json,junit,csv", "--out", folder_ / "out"});

  ASSERT_EQ(markdown.exit_status, 0) << markdown.err;
  for (const auto* part :
       {"## Run and environment", "## Crash/report reconciliation", "## Crash rates", "## Crash sites",
        "## Comparisons at equal other settings", "## Changes since the previous run", "## Limitations",
        "6/6", "Rerun: `faultline rates --by program --where"}) {
    EXPECT_THAT(markdown.out, HasSubstr(part));
  }
  ASSERT_EQ(report.exit_status, 0) << report.err;
  EXPECT_EQ(file("out/report.md"), markdown.out);
  EXPECT_THAT(file("out/report.junit.xml"),
              HasSubstr("<testsuite name=\"race\" tests=\"2\" failures=\"0\" time=\""));
  const auto data = json::parse(file("out/report.json"));
  EXPECT_EQ(data["sections"][1]["id"], "rates");
  EXPECT_EQ(data["sections"][1]["tables"][0]["rows"].size(), 2U);
  EXPECT_EQ(data["sections"][3]["id"], "comparisons");
  EXPECT_EQ(data["sections"][3]["tables"][0]["rows"][0]["group"], "program=passes");
  EXPECT_THAT(file("out/tables/rates_1.csv"), HasSubstr("program,trials,counted"));
}

TEST_F(SentReportsTest, ASiteOpensToItsStackAndTheReportsOfTheRun) {
  run_campaign();
  const auto site = first_site();

  const auto report = faultline({"report", "--format", "json"});

  ASSERT_EQ(report.exit_status, 0) << report.err;
  const auto data = json::parse(report.out);
  const auto& sites = data["sections"][2];
  ASSERT_EQ(sites["id"], "sites");
  ASSERT_EQ(sites["details"].size(), 1U);
  const auto& opened = sites["details"][0];
  EXPECT_THAT(opened["title"].get<std::string>(), HasSubstr(site));
  EXPECT_THAT(opened["words"].get<std::string>(), HasSubstr("of 6 reports"));
  EXPECT_THAT(opened["text"].get<std::string>(), HasSubstr("0   null_read + "));
  const auto& reports = opened["tables"].back();
  EXPECT_EQ(reports["id"], "reports_" + site);
  ASSERT_EQ(reports["rows"].size(), 6U);
  const auto listed = json::parse(faultline({"list", "reports", "--format", "json"}).out)["rows"];
  std::set<std::string> known;
  for (const auto& row : listed) known.insert(row["incident"].get<std::string>());
  const auto command = opened["command"].get<std::string>();
  ASSERT_THAT(command, testing::StartsWith("faultline show "));
  const auto shown = faultline({"show", command.substr(15)});
  EXPECT_EQ(shown.exit_status, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("null_read"));
  for (const auto& row : reports["rows"]) EXPECT_TRUE(known.contains(row["incident"].get<std::string>()));
}

TEST_F(SentReportsTest, FailOnSetsTheStatusAndKnownSitesAreQuiet) {
  run_campaign();

  const auto found = faultline({"report", "--fail-on", "new-site,control"});
  EXPECT_EQ(found.exit_status, 4);
  EXPECT_THAT(found.err, HasSubstr("new-site: "));

  ASSERT_EQ(faultline({"label", first_site(), "known"}).exit_status, 0);
  EXPECT_EQ(faultline({"report", "--fail-on", "new-site,control"}).exit_status, 0);

  ASSERT_EQ(faultline({"label", first_site(), "fixed-in=1A1"}).exit_status, 0);
  const auto back = faultline({"report", "--fail-on", "new-site"});
  const auto build = json::parse(faultline({"list", "runs", "--format", "json"}).out)["rows"][0]["os_build"];
  if (build.is_string() && !build.get<std::string>().empty()) {
    EXPECT_EQ(back.exit_status, 4) << build;
    EXPECT_THAT(back.err, HasSubstr("is back"));
  }
}

TEST_F(SentReportsTest, ABundleHasEverythingThatItsTextNamesAndNothingPrivate) {
  run_campaign();

  const auto made =
      faultline({"feedback", first_site(), "--out", folder_ / "bundle", "--zip", "--reports", "2"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_THAT(made.err, HasSubstr("0 found"));
  EXPECT_THAT(made.err, HasSubstr("open in"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "bundle.zip"));
  const auto manifest = json::parse(file("bundle/MANIFEST.json"));
  std::set<std::string> listed;
  for (const auto& row : manifest["files"]) {
    const auto path = row["path"].get<std::string>();
    listed.insert(path);
    EXPECT_EQ(row["bytes"], file("bundle/" + path).size()) << path;
    EXPECT_EQ(row["sha256"].get<std::string>().size(), 64U);
    EXPECT_FALSE(row["made_by"].get<std::string>().empty()) << path;
    for (const auto* secret : {"janedoe", "verysecretvalue"}) {
      EXPECT_THAT(file("bundle/" + path), Not(HasSubstr(secret))) << path;
    }
  }
  for (const auto* path : {"FEEDBACK.md", "FEEDBACK.txt", "feedback.toml", "campaign.toml", "workload/t.sh",
                           "tables/sites.csv", "tables/rates-1.csv"}) {
    EXPECT_TRUE(listed.contains(path)) << path;
  }
  std::size_t on_disk = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "bundle")) {
    if (entry.is_regular_file()) ++on_disk;
  }
  EXPECT_EQ(on_disk, listed.size() + 1);
  const auto text = file("bundle/FEEDBACK.md");
  for (const auto* part :
       {"## Description", "## Crash sites", "## Exception details", "## Register state",
        "## Steps to reproduce", "### Crash rate", "6/6", "### Validation layer", "Not tried.",
        "## System configuration", "## Not observed, not known", "[fill in: "}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(file("bundle/FEEDBACK.txt"), Not(HasSubstr("| --- |")));
}

TEST_F(SentReportsTest, APathOfAHomeInTheMatrixIsMaskedAndSent) {
  std::ofstream(folder_ / "c.toml") << R"(
[campaign]
name = "models"
trials = 3

[[workload]]
name = "load"
command = ["{samples}/null_read", "{weights}"]
matrix = { weights = ["/Users/janedoe/models/big.bin", "/home/janedoe/small.bin"] }
)";
  ASSERT_EQ(faultline({"run", folder_ / "c.toml"}).exit_status, 0);

  const auto made = faultline({"feedback", first_site(), "--out", folder_ / "bundle", "--zip"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_THAT(file("bundle/FEEDBACK.md"), HasSubstr("models/big.bin"));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "bundle")) {
    if (entry.is_regular_file()) {
      EXPECT_THAT(read_whole(entry.path()), Not(HasSubstr("janedoe"))) << entry.path();
    }
  }
}

TEST_F(SentReportsTest, TheFormsTextHasShortLinesAndWholeCommands) {
  run_campaign();

  const auto made = faultline({"feedback", first_site(), "--out", folder_ / "bundle"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  std::istringstream lines(file("bundle/FEEDBACK.txt"));
  std::size_t commands = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.find("/t.sh ") != std::string::npos) {
      ++commands;
      EXPECT_THAT(line, HasSubstr("samples/null_read"));
    } else {
      EXPECT_LE(line.size(), 80U) << line;
    }
  }
  EXPECT_EQ(commands, 2U) << "in the steps, and in the list of reproducers";
}

TEST_F(SentReportsTest, AnArmWhoseEnvironmentSwitchesTheValidationLayerOnIsTold) {
  std::ofstream(folder_ / "c.toml") << R"(
[campaign]
name = "layers"
trials = 2

[[workload]]
name = "plain"
command = ["{samples}/null_read"]

[[workload]]
name = "validated"
command = ["{samples}/null_read"]
env = { MTL_DEBUG_LAYER = "1" }
)";
  ASSERT_EQ(faultline({"run", folder_ / "c.toml"}).exit_status, 0);

  const auto made = faultline({"feedback", first_site(), "--out", folder_ / "bundle"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  const auto text = file("bundle/FEEDBACK.txt");
  const auto part = text.substr(text.find("VALIDATION LAYER"));
  EXPECT_THAT(part.substr(0, part.find("SYSTEM CONFIGURATION")),
              AllOf(HasSubstr("- validated: 2/2"), Not(HasSubstr("plain")), Not(HasSubstr("Not tried"))));
}

TEST_F(SentReportsTest, APersonsWordsAreKeptAndFinalWantsThemAll) {
  run_campaign();
  const std::vector<std::string> command{"feedback", first_site(), "--out", folder_ / "bundle"};
  ASSERT_EQ(faultline(command).exit_status, 0);
  auto final = command;
  final.emplace_back("--final");

  EXPECT_EQ(faultline(final).exit_status, 2);
  std::ofstream(folder_ / "bundle/feedback.toml") << R"(title = "It dies, always"
category = "Metal"
severity = "Crash"
impact = "Nobody can work."
contact = "me@example.org"
sysdiagnose = "none taken"
log_collect = "none taken"
latest_beta = "not tried"
)";
  const auto made = faultline(final);

  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_THAT(file("bundle/FEEDBACK.md"), HasSubstr("# It dies, always"));
  EXPECT_THAT(file("bundle/FEEDBACK.md"), Not(HasSubstr("[fill in")));
  EXPECT_THAT(file("bundle/feedback.toml"), HasSubstr("me@example.org"));
}

TEST_F(SentReportsTest, ALeakLeavesNothingNewBehind) {
  run_campaign();
  std::ofstream(folder_ / "notes.txt") << "written by JaneDoe";
  const std::vector<std::string> command{"feedback", first_site(), "--out", folder_ / "bundle", "--zip"};

  auto leaking = command;
  leaking.insert(leaking.end(), {"--attach", folder_ / "notes.txt"});
  const auto failed = faultline(leaking);

  EXPECT_EQ(failed.exit_status, 1);
  EXPECT_THAT(failed.err, HasSubstr("attachments/notes.txt: user name \"janedoe\""));
  EXPECT_THAT(failed.err, HasSubstr("bundle.zip/bundle/attachments/notes.txt"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bundle"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "bundle.zip"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("bundle")));
  }
}

TEST_F(SentReportsTest, AgainstAnEarlierStoreItSaysWhetherItStillReproduces) {
  run_campaign();
  ASSERT_EQ(faultline({"export", folder_ / "old.db"}).exit_status, 0);
  ASSERT_EQ(faultline({"run", "--new", folder_ / "c.toml"}).exit_status, 0);

  const auto made =
      faultline({"feedback", first_site(), "--out", folder_ / "bundle", "--against", folder_ / "old.db"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_THAT(words_of("bundle/FOLLOW-UP.txt"), HasSubstr("Still reproduces on"));
  EXPECT_THAT(words_of("bundle/FOLLOW-UP.txt"), HasSubstr("The control crashed in 6/6"));
}

TEST_F(SentReportsTest, AnExportedRunIsAStoreOfItsOwnThatNobodyChanges) {
  run_campaign();

  const auto made = faultline({"export", folder_ / "one.db"});

  ASSERT_EQ(made.exit_status, 0) << made.err;
  EXPECT_EQ(faultline({"export", folder_ / "one.db"}).exit_status, 2);
  const auto there = run_program(
      {faultline_program(), "rates", "--by", "program", "--db", folder_ / "one.db", "--format", "json"});
  EXPECT_EQ(there.out, faultline({"rates", "--by", "program", "--format", "json"}).out);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "one.db-wal"));
  const auto again = faultline({"merge", folder_ / "one.db"});
  EXPECT_THAT(again.out, HasSubstr("0 new runs, 0 trials, 0 reports"));
}

TEST_F(SentReportsTest, ManPagesAndCompletionsKnowEveryCommand) {
  const auto help = run_program({faultline_program(), "--help"});
  for (const auto* command : {"run", "report", "feedback", "show"}) {
    for (const auto* shell : {"bash", "zsh", "fish"}) {
      const auto script = run_program({faultline_program(), "completion", shell});
      EXPECT_EQ(script.exit_status, 0);
      EXPECT_THAT(script.out, HasSubstr(command));
    }
    const auto page = run_program({faultline_program(), "manual", command});
    EXPECT_EQ(page.exit_status, 0);
    EXPECT_THAT(page.out, HasSubstr(".SH OPTIONS"));
  }
  const auto bash = run_program(
      {"/bin/bash", "-c",
       "source <(" + faultline_program() +
           " completion bash); COMP_WORDS=(faultline sites --format ''); COMP_CWORD=3; _faultline; "
           "echo ${COMPREPLY[@]}"});
  EXPECT_EQ(bash.out, "text markdown csv json\n") << bash.err;
}

}  // namespace
}  // namespace faultline

#include "collector/plan/campaign_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kRace = R"toml([campaign]
name = "agx-race"
trials = 50                  # blocks
seed = 1
timeout = "60s"
control = "threads=8 and lock=none"
settle = "report"
drain = true

[facts]
torch = ["python3", "-c", "print({{}})"]

[[workload]]
name = "agx-sim"
command = ["{samples}/agx_sim", "--threads", "{threads}", "--lock", "{lock}"]
env = { MTL_DEBUG_LAYER = "0", MPS_DISABLE_ENCODING_MUTEX = { unset = true } }
pass_when = "complete"
matrix = { threads = [1, 2, 4, 8, 16], lock = ["none", "per-op", "per-stream", "rwlock", "global"] }
)toml";

std::vector<std::string> messages_of(std::string_view text) {
  std::vector<std::string> messages;
  for (const CampaignMistake& mistake : parse_campaign(text, "/c").mistakes) {
    messages.push_back(std::to_string(mistake.line) + ": " + mistake.message);
  }
  return messages;
}

/// A valid file around the given lines of [campaign] and [[workload]].
std::string with(std::string_view campaign, std::string_view workload) {
  return "[campaign]\nname = \"c\"\ntrials = 5\n" + std::string(campaign) +
         "\n[[workload]]\nname = \"w\"\ncommand = [\"prog\", \"{n}\"]\nmatrix = { n = [1, 2] }\n" +
         std::string(workload);
}

TEST(CampaignFileTest, AKeyOfManyPartsIsAMistakeWithItsLine) {
  std::string parts;
  for (int i = 0; i < 20'000; ++i) parts += ".a";
  EXPECT_THAT(messages_of("[campaign]\nname = \"c\"\na" + parts + " = 1\n"),
              ElementsAre(HasSubstr("3: not TOML: a key of more than 16 parts")));
  EXPECT_THAT(messages_of("[a" + parts + "]\n"),
              ElementsAre(HasSubstr("1: not TOML: a key of more than 16 parts")));
  EXPECT_THAT(messages_of("x = { a" + parts + " = 1 }\n"), ElementsAre(HasSubstr("1: ")));
  // Dots in strings and comments are no parts.
  const std::string dots(100, '.');
  EXPECT_THAT(messages_of(with("# " + dots + "\n", "pass_when = \"" + dots + "\"\n")), IsEmpty());
}

TEST(CampaignFileTest, StopRulesAreRead) {
  const Campaign interval =
      parse_campaign(with("stop = { when = \"interval\", width = 0.1 }", ""), "/c").campaign;
  EXPECT_EQ(interval.stop, (StopRule{StopRule::When::interval, 0.1, "", 0.0, false}));
  const Campaign decided =
      parse_campaign(with("allocate = \"undecided\"\nstop = { when = \"decided\", against = \"n=1\" }", ""),
                     "/c")
          .campaign;
  EXPECT_EQ(decided.stop, (StopRule{StopRule::When::decided, 0.0, "n=1", 0.0, true}));
  const Campaign below = parse_campaign(with("stop = { when = \"below\", rate = 0.01 }", ""), "/c").campaign;
  EXPECT_EQ(below.stop, (StopRule{StopRule::When::below, 0.0, "", 0.01, false}));
  for (const Campaign& campaign : {interval, decided, below}) {
    const CampaignText again = parse_campaign(write_campaign_toml(campaign), "/c");
    EXPECT_THAT(again.mistakes, IsEmpty());
    EXPECT_EQ(again.campaign.stop, campaign.stop) << "written and read again";
    EXPECT_EQ(again.campaign.hash, campaign.hash);
  }
  EXPECT_NE(interval.hash, below.hash) << "a stop rule decides which trials are run";
}

TEST(CampaignFileTest, MistakesInAStopRuleSayWhatWouldBeRight) {
  const auto one = [](std::string_view lines) { return messages_of(with(lines, "")); };
  EXPECT_THAT(one("stop = { when = \"never\" }"),
              ElementsAre(HasSubstr("4: when is a string; wanted \"interval\", \"decided\" or \"below\"")));
  EXPECT_THAT(one("stop = { width = 0.1 }"), ElementsAre(HasSubstr("4: stop has no when")));
  EXPECT_THAT(
      one("stop = { when = \"interval\" }"),
      ElementsAre(HasSubstr("4: stop = { when = \"interval\" } has no width; wanted as width = 0.1")));
  EXPECT_THAT(one("stop = { when = \"interval\", width = 10 }"),
              ElementsAre(HasSubstr("width is 10; wanted a share between 0 and 1")));
  EXPECT_THAT(one("stop = { when = \"interval\", width = \"10 %\" }"),
              ElementsAre(HasSubstr("width is a string; wanted a share")));
  EXPECT_THAT(one("stop = { when = \"below\", rate = 0.1, width = 0.1 }"),
              ElementsAre(HasSubstr("takes rate, not width")));
  EXPECT_THAT(one("stop = { when = \"below\", rat = 0.1, rate = 0.1 }"),
              ElementsAre(HasSubstr("unknown key \"rat\" in stop")));
  EXPECT_THAT(one("stop = \"interval\""), ElementsAre(HasSubstr("stop is a string; wanted a table")));
  EXPECT_THAT(one("stop = { when = \"decided\", against = \"n=7\" }"),
              ElementsAre(HasSubstr("4: stop against: it matches none of the cells")));
  EXPECT_THAT(one("stop = { when = \"decided\", against = \"m=1\" }"),
              ElementsAre(HasSubstr("4: stop against: ")));
  EXPECT_THAT(one("allocate = \"undecided\""),
              ElementsAre(HasSubstr(
                  "4: allocate leaves out cells that a stop rule has decided, and there is no stop rule")));
  EXPECT_THAT(one("allocate = \"some\""),
              ElementsAre(HasSubstr("4: allocate is a string; wanted \"undecided\"")));
}

TEST(CampaignFileTest, TheExampleOfTheDesignMeansWhatItSays) {
  const CampaignText read = parse_campaign(kRace, "/home/me");

  ASSERT_THAT(read.mistakes, IsEmpty());
  const Campaign& campaign = read.campaign;
  EXPECT_EQ(campaign.name, "agx-race");
  EXPECT_EQ(campaign.trials, 50);
  EXPECT_EQ(campaign.timeout, std::chrono::seconds(60));
  EXPECT_EQ(campaign.control, "threads=8 and lock=none");
  EXPECT_EQ(campaign.settle.kind, SettleRule::Kind::report);
  EXPECT_EQ(campaign.settle.limit, std::chrono::seconds(15));
  EXPECT_EQ(campaign.folder, "/home/me");
  EXPECT_EQ(campaign.text, kRace);
  ASSERT_THAT(campaign.facts, SizeIs(1));
  EXPECT_EQ(campaign.facts[0].name, "torch");
  ASSERT_THAT(campaign.workloads, SizeIs(1));
  const Workload& workload = campaign.workloads[0];
  EXPECT_EQ(workload.command.front(), "{samples}/agx_sim");
  EXPECT_THAT(workload.env, ElementsAre(EnvSetting{"MTL_DEBUG_LAYER", "0"},
                                        EnvSetting{"MPS_DISABLE_ENCODING_MUTEX", std::nullopt}));
  EXPECT_EQ(workload.pass_when, "complete");
  // In the order of the file, not of the alphabet.
  ASSERT_THAT(workload.matrix, SizeIs(2));
  EXPECT_EQ(workload.matrix[0].name, "threads");
  EXPECT_EQ(workload.matrix[0].values[3], (ParameterValue{"8", "8", ParameterType::integer, false}));
  EXPECT_EQ(workload.matrix[1].values[1], (ParameterValue{"per-op", "per-op", ParameterType::text, false}));
}

TEST(CampaignFileTest, MatrixValuesKeepTheirTypesLabelsAndAbsence) {
  const CampaignText read = parse_campaign(R"toml([campaign]
name = "c"
trials = 1
[[workload]]
name = "w"
command = ["prog", "{scale}", "{torch}", "{fast}"]
env = { LAYER = "{layer}" }
matrix = { scale = [0.5, 1.0], torch = [{ label = "2.14", value = "/venv/214/bin/python" }], fast = [true], layer = ["1", { unset = true }] }
)toml",
                                           "/");

  ASSERT_THAT(read.mistakes, IsEmpty());
  const auto& matrix = read.campaign.workloads[0].matrix;
  EXPECT_THAT(matrix[0].values, ElementsAre(ParameterValue{"0.5", "0.5", ParameterType::real, false},
                                            ParameterValue{"1.0", "1.0", ParameterType::real, false}));
  EXPECT_THAT(matrix[1].values,
              ElementsAre(ParameterValue{"2.14", "/venv/214/bin/python", ParameterType::text, false}));
  EXPECT_THAT(matrix[2].values, ElementsAre(ParameterValue{"true", "true", ParameterType::boolean, false}));
  EXPECT_THAT(matrix[3].values, ElementsAre(ParameterValue{"1", "1", ParameterType::text, false},
                                            ParameterValue{"unset", "", ParameterType::text, true}));
}

TEST(CampaignFileTest, AllMistakesAreToldAtOnceEachWithItsLine) {
  const auto messages = messages_of(R"toml([campaign]
name = "c"
trails = 50
timeout = 60
settle = "sometimes"
colour = "red"

[facts]
torch = "python3 --version"

[[workload]]
name = "w"
command = "prog --threads {threads}"
pass_when = "(["
matrix = { threads = [], lock = ["a", "a"] }

[[workload]]
name = "w"
command = ["prog", "{thread}"]
timeout = "5 minutes"
matrix = { threads = [1, 2] }
)toml");

  EXPECT_THAT(
      messages,
      ElementsAre(
          HasSubstr("3: unknown key \"trails\" in [campaign]; did you mean \"trials\"?"),
          HasSubstr("4: timeout is an integer; wanted a duration with its unit in quotes, as \"250ms\""),
          HasSubstr("5: settle is \"sometimes\"; wanted \"report\", \"none\" or a time"),
          HasSubstr("6: unknown key \"colour\" in [campaign]; "),
          HasSubstr("9: torch is a string; wanted a command as an array of strings"),
          HasSubstr("13: command is a string; wanted an array of strings"),
          HasSubstr("14: pass_when: regex \"([\": missing ]: ["),
          HasSubstr("15: parameter \"threads\" has no values"),
          HasSubstr("15: parameter \"lock\" has the value \"a\" twice"),
          HasSubstr("18: a second workload is named \"w\""),
          HasSubstr("19: unknown placeholder {thread}; did you mean \"threads\"?"),
          HasSubstr("20: timeout is \"5 minutes\"; wanted a duration")));
}

struct MistakeCase {
  const char* campaign;
  const char* workload;
  const char* message;
};

TEST(CampaignFileTest, EachMistakeSaysWhatWouldBeRight) {
  const std::vector<MistakeCase> cases{
      {"seed = -1", "", "seed is -1; wanted at least 0"},
      {"drain = \"yes\"", "", "drain is a string; wanted true or false without quotes"},
      {"grace = \"soon\"", "", "grace is \"soon\"; wanted a duration"},
      {"timeout = \"0s\"", "", "timeout must be longer than 0"},
      {"control = \"threads=8\"", "", "control: "},
      {"control = \"n=\"", "", "control: "},
      {"control = \"n=3\"", "", "control: n is never \"3\""},
      {"control = \"n>3\"", "", "control matches none of the cells: n>3"},
      {"control_negative = \"n>3\"", "", "control_negative matches none of the cells: n>3"},
      {"control = \"n=1\"\ncontrol_negative = \"n<3\"", "", "a cell cannot both have to crash and must not"},
      {"min_free_bytes = \"1G\"", "", "min_free_bytes is a string; wanted an integer without quotes"},
      {"archive = \"libmlx*\"", "", "archive is a string; wanted names of images as an array of strings"},
      {"archive = [\"libmlx*\", 5]", "", "archive holds an integer; wanted names of images"},
      {"archive = [\"\"]", "", "archive holds an empty string; wanted a name as \"libmlx*\""},
      {"archive = [\"/usr/lib/libmlx.dylib\"]", "", "wanted the name of an image, as \"libmlx*\", without"},
      {"archives = [\"libmlx*\"]", "", "unknown key \"archives\" in [campaign]; did you mean \"archive\"?"},
      {"", "capture = \"maybe\"", "capture is a string; wanted \"on\" or \"off\""},
      {"", "follow_children = 1", "follow_children is an integer; wanted true or false"},
      {"", "env = { A = 1 }", "A is an integer; wanted a string in quotes, or { unset = true }"},
      {"", "env = { A = \"{m}\" }", "unknown placeholder {m}; did you mean \"n\"?"},
      {"", "env = { A = \"}\" }", "a closing brace without its opening one"},
      {"", "crash_exit_codes = [300]", "wanted exit codes from 0 to 255"},
      {"", "accepted_exit_codes = [3]\ncrash_exit_codes = [3]", "exit code 3 is both accepted and a crash"},
      {"", "wrong_when = \"a**\"", "wrong_when: regex"},
      {"", "expect_output = 5", "expect_output is an integer; wanted a string in quotes"},
      {"", "pass_wen = \"x\"", "unknown key \"pass_wen\" in [[workload]]; did you mean \"pass_when\"?"},
      {"", "working_folder = \"{where}\"", "unknown placeholder {where}"},
      {"warm_up = -1", "", "warm_up is -1; wanted at least 0"},
      {"jobs = 0", "", "jobs is 0; wanted at least 1"},
      {"jobs = 1000", "", "jobs is 1000; wanted at most 256 trials at the same time"},
      {"cooldown = 5", "", "cooldown is an integer; wanted a duration"},
      {"duration = \"0s\"", "", "duration must be longer than 0"},
      {"system_log = 1", "", "system_log is an integer; wanted true or false"},
      {"[hooks]\nsetup = \"make\"", "", "setup is a string; wanted a command as an array of strings"},
      {"[hooks]\ncleanup = []", "", "cleanup is an empty command"},
      {"[hooks]\nbefore_tria = [\"x\"]", "", "in [hooks]; did you mean \"before_trial\"?"},
      {"[hooks]\nhealth_every = 5", "", "health_every has no health beside it"},
      {"[hooks]\nhealth = [\"x\"]\nhealth_every = 0", "", "health_every is 0; wanted at least 1"},
      {"[hooks]\nsetup = [\"x\", \"{n}\"]", "", "unknown placeholder {n}"},
      {"[hooks]\ntimeout = \"0s\"", "", "timeout of [hooks] must be longer than 0"},
      {"", "metrics = { ops = 5 }", "ops is an integer; wanted a string in quotes"},
      {"", "metrics = { ops = \"[0-9]+\" }", "regex \"[0-9]+\" has no group; put ( ) around the number"},
      {"", "metrics = { ops = \"(\" }", "metric ops: regex"},
      {"", "metrics = { \"a b\" = \"(1)\" }", "a metric is named \"a b\""},
      {"[facts]\ntorch = []", "", "fact \"torch\" has an empty command"},
      {"[facts]\ntorch = [\"{n}\"]", "", "unknown placeholder {n}"},
  };
  for (const MistakeCase& row : cases) {
    SCOPED_TRACE(std::string(row.campaign) + row.workload);
    EXPECT_THAT(messages_of(with(row.campaign, row.workload)), ElementsAre(HasSubstr(row.message)));
  }
}

TEST(CampaignFileTest, ParameterNamesAndValuesAreChecked) {
  const auto matrix = [](std::string_view text) {
    return messages_of(
        "[campaign]\nname = \"c\"\ntrials = 5\n[[workload]]\nname = \"w\"\n"
        "command = [\"prog\", \"{n}\"]\nmatrix = " +
        std::string(text));
  };
  EXPECT_THAT(matrix("{ n = 5 }"), ElementsAre(HasSubstr("wanted an array of values")));
  EXPECT_THAT(matrix("{ n = [1], outcome = [1] }"),
              ElementsAre(HasSubstr("\"outcome\" has a meaning of its own"), HasSubstr("changes nothing")));
  EXPECT_THAT(matrix("{ n = [{ label = \"a\" }] }"),
              ElementsAre(HasSubstr("needs either value = … or unset = true, not neither")));
  EXPECT_THAT(matrix("{ n = [1, { unset = true }] }"),
              ElementsAre(HasSubstr("must be the whole value of an environment variable")));
  EXPECT_THAT(matrix("{ n = [1], capture = [\"on\", \"of\"] }"),
              ElementsAre(HasSubstr("wanted \"on\" or \"off\"")));
  EXPECT_THAT(matrix("{ n = [1], capture = [\"on\", \"off\"] }"), IsEmpty());
  EXPECT_THAT(matrix("{ n = [1, 1979-05-27] }"), ElementsAre(HasSubstr("parameter n holds a date")));
}

TEST(CampaignFileTest, AMatrixBeyondAllMeasureIsRefusedWithoutBeingBuilt) {
  std::string values = "[";
  for (int i = 0; i < 200; ++i) values += std::to_string(i) + ",";
  values += "]";
  const auto messages = messages_of(
      "[campaign]\nname = \"c\"\ntrials = 5\n[[workload]]\nname = \"w\"\ncommand = "
      "[\"{a}{b}{c}{d}\"]\nmatrix = { a = " +
      values + ", b = " + values + ", c = " + values + ", d = " + values + " }");
  EXPECT_THAT(messages, ElementsAre(HasSubstr("more than 1048576 cells")));
}

TEST(CampaignFileTest, TextThatIsNotTomlIsOneMistakeWithItsLine) {
  EXPECT_THAT(messages_of("[campaign]\nname = \"c\ntrials = 1\n"), ElementsAre(HasSubstr("2: not TOML: ")));
  EXPECT_THAT(messages_of("\xff\xfe"), ElementsAre(HasSubstr("not TOML: ")));
  EXPECT_THAT(messages_of(""), ElementsAre(HasSubstr("there is no [campaign]"), HasSubstr("has no name"),
                                           HasSubstr("there is no [[workload]]")));
  EXPECT_THAT(messages_of("[campaign]\nname=\"c\"\ntrials=1\n[workload]\nname=\"w\"\ncommand=[\"p\"]\n"),
              ElementsAre(HasSubstr("wanted [[workload]] with double brackets")));
}

TEST(CampaignFileTest, AFileNamesItselfInEveryMistakeAndItsFolderIsAbsolute) {
  const ScopedTempFolder folder;
  std::ofstream(folder / "bad.toml")
      << "[campaign]\nname = \"c\"\ntrials = 0\n[[workload]]\nname = \"w\"\ncommand = [\"p\"]\n";
  std::ofstream(folder / "good.toml") << with("", "");

  const auto bad = read_campaign_file(folder / "bad.toml");
  const auto good = read_campaign_file(folder / "good.toml");
  const auto none = read_campaign_file(folder / "none.toml");

  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(bad.error().message(), (folder / "bad.toml").string() + ":3: trials is 0; wanted at least 1");
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(good->folder, folder.path().string());
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().kind(), ErrorKind::io);
}

TEST(CampaignFileTest, EverythingAroundTheTrialsIsReadAndWrittenBack) {
  const std::string text = with(
      "warm_up = 2\nduration = \"8h\"\njobs = 3\ncooldown = \"1500ms\"\nsystem_log = true\n"
      "[hooks]\nsetup = [\"a\", \"{samples}/x\"]\nbefore_trial = [\"b\"]\nafter_trial = [\"c\"]\n"
      "cleanup = [\"d\"]\nhealth = [\"e\"]\nhealth_every = 7\ntimeout = \"5s\"",
      "metrics = { ops = \"([0-9.]+) ops/s\", loss = \"loss (\\\\d+)\" }");

  const CampaignText read = parse_campaign(text, "/c");

  ASSERT_THAT(read.mistakes, IsEmpty());
  const Campaign& campaign = read.campaign;
  EXPECT_EQ(campaign.warm_up, 2);
  EXPECT_EQ(campaign.duration, std::chrono::hours(8));
  EXPECT_EQ(campaign.jobs, 3);
  EXPECT_EQ(campaign.cooldown, std::chrono::milliseconds(1500));
  EXPECT_TRUE(campaign.system_log);
  EXPECT_THAT(campaign.hooks.setup, ElementsAre("a", "{samples}/x"));
  EXPECT_THAT(campaign.hooks.before_trial, ElementsAre("b"));
  EXPECT_THAT(campaign.hooks.after_trial, ElementsAre("c"));
  EXPECT_THAT(campaign.hooks.cleanup, ElementsAre("d"));
  EXPECT_THAT(campaign.hooks.health, ElementsAre("e"));
  EXPECT_EQ(campaign.hooks.health_every, 7);
  EXPECT_EQ(campaign.hooks.timeout, std::chrono::seconds(5));
  EXPECT_THAT(campaign.workloads[0].metrics,
              ElementsAre(MetricPattern{"ops", "([0-9.]+) ops/s"}, MetricPattern{"loss", "loss (\\d+)"}));
  Campaign again = parse_campaign(write_campaign_toml(campaign), "/c").campaign;
  again.text = campaign.text;
  EXPECT_EQ(again, campaign);
}

TEST(CampaignFileTest, ADurationMayStandInPlaceOfACount) {
  const CampaignText read = parse_campaign(
      "[campaign]\nname = \"c\"\nduration = \"8h\"\n[[workload]]\nname = \"w\"\ncommand = [\"p\"]\n", "/c");

  EXPECT_THAT(read.mistakes, IsEmpty());
  EXPECT_EQ(read.campaign.trials, 0);
  EXPECT_THAT(messages_of(write_campaign_toml(read.campaign)), IsEmpty());
}

TEST(CampaignFileTest, TheHashKnowsWhatDecidesTrialsAndNothingElse) {
  const auto hash = [](std::string text) { return parse_campaign(text, "/a").campaign.hash; };
  const std::string base = with("", "");

  EXPECT_EQ(hash(base), hash("# a comment\n" + base));
  EXPECT_EQ(hash(base), parse_campaign(base, "/another/folder").campaign.hash);
  EXPECT_EQ(
      hash(base),
      hash(with("drain = false\nmin_free_bytes = 5\narchive = [\"libmlx*\"]\nrules = \"team.rules\"", "")));
  EXPECT_EQ(hash(base), hash(with("timeout = \"1m\"", "")));  // The default, written out.
  std::string more_trials = base;
  more_trials.replace(more_trials.find("trials = 5"), 10, "trials = 9");
  EXPECT_EQ(hash(base), hash(more_trials));

  EXPECT_EQ(hash(base), hash(with("duration = \"8h\"\nsystem_log = true", "")));
  EXPECT_EQ(hash(base), hash(with("jobs = 1\nwarm_up = 0\ncooldown = \"0s\"", "")));

  EXPECT_NE(hash(base), hash(with("jobs = 2", "")));
  EXPECT_NE(hash(base), hash(with("warm_up = 1", "")));
  EXPECT_NE(hash(base), hash(with("[hooks]\nsetup = [\"x\"]", "")));
  EXPECT_NE(hash(base), hash(with("seed = 2", "")));
  EXPECT_NE(hash(base), hash(with("timeout = \"2m\"", "")));
  EXPECT_NE(hash(base), hash(with("control = \"n=2\"", "")));
  EXPECT_NE(hash(base), hash(with("control_negative = \"n=2\"", "")));
  EXPECT_NE(hash(base), hash(with("", "env = { A = \"1\" }")));
  EXPECT_NE(hash(base), hash(with("", "capture = \"off\"")));
}

TEST(CampaignFileTest, AWrittenCampaignIsReadBackEqual) {
  const std::string text = R"toml([campaign]
name = "all \"of\" it\n"
trials = 12
seed = 77
timeout = "90s"
grace = "250ms"
control = "n=1"
settle = "2s"
drain = false
min_free_bytes = 5000
rules = "team.rules"
archive = ["AGXMetal*", "libmlx*"]

[facts]
"odd_name" = ["python3", "-c", "print('{{')"]

[[workload]]
name = "w 1"
command = ["prog", "{n}", "{real}", "{named}", "tab\there", "\u0001"]
env = { A = "x", B = { unset = true }, C = "{layer}" }
working_folder = "{campaign}/data"
timeout = "5m"
pass_when = "^done$"
wrong_when = "wrong: \\d+"
crash_when = "assert"
expect_output = "mode {1}"
expect_image = "AGXMetalG16X"
accepted_exit_codes = [3, 77]
crash_exit_codes = [134]
capture = "off"
follow_children = false
matrix = { n = [1, 2], real = [0.1, 1.0, 1e300], named = [{ label = "a", value = "/long" }, { label = 2, value = 5 }], layer = ["1", { unset = true }, { label = "gone", unset = true }] }

[[workload]]
name = "bare"
command = ["other"]
)toml";
  const CampaignText first = parse_campaign(text, "/f");
  ASSERT_THAT(first.mistakes, IsEmpty());

  const CampaignText second = parse_campaign(write_campaign_toml(first.campaign), "/f");

  ASSERT_THAT(second.mistakes, IsEmpty());
  Campaign expected = first.campaign;
  expected.text = second.campaign.text;
  EXPECT_EQ(second.campaign, expected);
  EXPECT_EQ(second.campaign.hash, first.campaign.hash);
}

TEST(CampaignCommandTest, ACommandLineIsACampaignOfOneWorkload) {
  CommandCampaign command;
  command.argv = {"/usr/bin/python3", "t.py", "{threads}", "{mode}"};
  command.trials = 200;
  command.matrix = {"threads=1,8", "mode=fast,0x10,true,007"};
  command.control = "threads=8";

  const auto campaign = campaign_from_command(command);

  ASSERT_TRUE(campaign.has_value()) << campaign.error().text();
  EXPECT_EQ(campaign->name, "python3");
  EXPECT_EQ(campaign->trials, 200);
  EXPECT_EQ(campaign->workloads[0].matrix[0].values[1],
            (ParameterValue{"8", "8", ParameterType::integer, false}));
  EXPECT_EQ(campaign->workloads[0].matrix[1].values[1].type, ParameterType::text);
  EXPECT_EQ(campaign->workloads[0].matrix[1].values[2].type, ParameterType::boolean);
  // The spelling is kept, whatever it could mean as a number.
  EXPECT_EQ(campaign->workloads[0].matrix[1].values[3].value, "007");
  // What it stands for can be saved and run as a file.
  const CampaignText saved = parse_campaign(campaign->text, campaign->folder);
  EXPECT_THAT(saved.mistakes, IsEmpty());
  EXPECT_EQ(saved.campaign.workloads[0].command, command.argv);
  EXPECT_EQ(saved.campaign.workloads[0].matrix[0], campaign->workloads[0].matrix[0]);
}

TEST(CampaignCommandTest, MistakesOfACommandLineAreToldTogether) {
  CommandCampaign command;
  command.argv = {"prog", "{x}"};
  command.trials = 0;
  command.matrix = {"threads", "lock=a"};

  const auto campaign = campaign_from_command(command);

  ASSERT_FALSE(campaign.has_value());
  EXPECT_EQ(campaign.error().kind(), ErrorKind::invalid_argument);
  EXPECT_THAT(campaign.error().message(), HasSubstr("--matrix threads: wanted name=value,value"));
  EXPECT_THAT(campaign.error().message(), HasSubstr("trials is 0"));
  EXPECT_THAT(campaign.error().message(), HasSubstr("unknown placeholder {x}"));
  EXPECT_THAT(campaign.error().message(),
              HasSubstr("parameter \"lock\" of workload \"prog\" changes nothing"));
  EXPECT_FALSE(campaign_from_command({}).has_value());
}

}  // namespace
}  // namespace faultline

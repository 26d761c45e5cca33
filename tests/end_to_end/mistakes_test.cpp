// What a person gets wrong at the keyboard or in a campaign, what each prints, and its status: one table in
// tests/golden/mistakes.txt.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/golden.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kWorkload = R"(
echo '{"faultline": {"metric": "operations", "value": 20}}'
if [ "$1" = 8 ] && [ "$2" = none ]; then kill -SEGV $$; fi
)";

constexpr const char* kCampaign = R"([campaign]
name = "race"
trials = 3
control = "threads=8 and lock=none"
[facts]
torch = ["echo", "2.9.1"]
[[workload]]
name = "w"
command = ["/bin/sh", "{campaign}/w.sh", "{threads}", "{lock}"]
matrix = { threads = [1, 8], lock = ["none", "global"] }
)";

/// Files beside the campaign, each with one mistake.
const std::vector<std::pair<const char*, const char*>> kBadCampaigns{
    {"text_command.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\n[[workload]]\nname = \"w\"\ncommand = \"true 8\"\n"},
    {"trails.toml",
     "[campaign]\nname = \"x\"\ntrails = 3\n[[workload]]\nname = \"w\"\ncommand = [\"true\"]\n"},
    {"control.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\ncontrol = \"lock=nome\"\n[[workload]]\nname = \"w\"\n"
     "command = [\"true\", \"{lock}\"]\nmatrix = { lock = [\"none\", \"global\"] }\n"},
    {"control_field.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\ncontrol = \"thread=8\"\n[[workload]]\nname = \"w\"\n"
     "command = [\"true\", \"{threads}\"]\nmatrix = { threads = [1, 8] }\n"},
    {"no_program.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\n[[workload]]\nname = \"w\"\ncommand = [\"nosuchprogram\"]\n"},
    {"no_file.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\n[[workload]]\nname = \"w\"\ncommand = [\"{campaign}/nosuch\"]\n"},
    {"not_toml.toml", "campaign:\n  name: x\n"},
    {"placeholder.toml",
     "[campaign]\nname = \"x\"\ntrials = 3\n[[workload]]\nname = \"w\"\ncommand = [\"true\", \"{thread}\"]\n"
     "matrix = { threads = [1, 8] }\n"},
};

/// As they are typed. The store has threads 1 and 8, lock none and global, and crashes only in one cell.
const std::vector<const char*> kMistakes{
    // Values
    "rates --where lock=globl",
    "rates --where threads=eight",
    "rates --where 'threads in (8,16)'",
    "rates --where 'threads>many'",
    "rates --where lock~rw",
    "rates --where workload=v",
    "rates --where torch=2.10",
    "rates --where outcome=crash",
    "rates --where outcome=panicked",
    "rates --count kind=null_derefrence",
    "rates --count access=wrote",
    "rates --count site~nosuch",
    "rates --where lock=rwlock --allow-empty",
    "sites --where image=nosuch",
    "compare lock=rwlok lock=none",
    "compare lock=none lock=global --where threads=9",
    "compare lock=global outcome=wrong",
    "trend --where lock=globl",
    "survival --where lock=globl",
    "metrics operations --where lock=globl",
    "list trials --where signal=SIGSEVG",
    "list trials --where phase=setup",
    // Fields and grammar
    "rates --where threads=8,16",
    "rates --where 'threads=8 && lock=none'",
    "rates --where threads==8",
    "rates --where thread=8",
    "rates --where site~w",
    "rates --where 'threads=8 and'",
    "rates --where '(threads=8'",
    "rates --where 'threads 8'",
    "rates --by thread",
    "rates --pivot lok",
    "rates --count crashd",
    "rates --level 95",
    "rates --trend lock",
    "rates --first-crash lock",
    "rates --per operation",
    "list trials --where 'duration>soon'",
    "list trials --where exit_code=three",
    "list trials --since lately",
    "list trials --last none",
    "compare lock=none lock=global --by thread",
    "compare lock=none lock=none",
    "compare lock=none threads=8",
    "compare 'lock=none and threads=1' 'lock=global and threads=8' --by threads",
    "compare lock=none lock=global --margin 5",
    "compare lock=none --was soon",
    "compare lock=none --was 3/10 --by threads",
    "compare lock=none --was 3/10 --other-db other.db",
    "survival --count crash",
    "survival --over operation",
    "trend --last 0",
    "metrics operation",
    // Commands, options, files
    "",
    "rats",
    "frobnicate",
    "rates --were lock=none",
    "rates --format yaml",
    "rates lock=none",
    "list reprots",
    "compare lock=none",
    "compare 30/20 0/20",
    "compare 11/20 lock=none",
    "compare 11/20 0/20 --where threads=8",
    "compare lock=none lock=global --other-db nosuch.db",
    "show",
    "show c.tml",
    "symbolize nosuch.ips",
    "symbols",
    "symbols find zzz",
    "db chek",
    "merge nosuch.db",
    "merge faultline.db",
    "export c.toml",
    "export x.db --run nosuch",
    "reanalyze last",
    "completion tcsh",
    "-v",
    "show nosuch.ips",
    "show deadbeef",
    "show last/999",
    "sites deadbeef",
    "import nosuch.ips",
    "query nosuch",
    "query 'DELETE FROM trial'",
    "label nosuch known",
    "report nosuch",
    "rates --db nosuch.db",
    // Campaigns and runs
    "run",
    "run nosuch.toml",
    "run c.tmol",
    "run w.sh",
    "run c.toml --resume",
    "run c.toml --matrix threads=1",
    "run --matrix threads=1,8 -- true",
    "run --control lok=none -- true",
    "run --seed x -- true",
    "run sh w.sh 8 none",
    "run ./faultline-here",
    "run --trails 3 -- true",
    "run --trials none -- true",
    "run --for soon -- true",
    "run --matrix threads -- true",
    "run --shard 3/2 -- true",
    "run --fail-on worst -- true",
    "run c.toml --dry-run --only threads=9",
    "run c.toml --dry-run --only 'threads>8'",
    "run c.toml --only lok=none",
    "run -- nosuchprogram",
    "run -- ./nosuch",
    "run --trials 4 --no-canary -- sh fails.sh",
    "run text_command.toml",
    "run trails.toml",
    "run control.toml",
    "run control_field.toml",
    "run no_program.toml",
    "run no_file.toml",
    "run not_toml.toml",
    "run placeholder.toml",
};

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

class MistakesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "w.sh") << kWorkload;
    std::ofstream(folder_ / "c.toml") << kCampaign;
    for (const auto& [name, text] : kBadCampaigns) std::ofstream(folder_ / name) << text;
    std::ofstream(folder_ / "fails.sh") << "echo 'cannot open the device' >&2\nexit 3\n";
    std::filesystem::create_symlink("/bin/sh", folder_ / "faultline-here");
  }

  /// A command line as a person types it, in the folder of the campaign, where the store is.
  ProgramResult type(const std::string& line) const {
    const std::string folder = std::filesystem::path(faultline_program()).parent_path();
    return run_program({"/bin/sh", "-c",
                        "cd " + shell_quoted(folder_.path()) + " && unset FAULTLINE_DB && PATH=" +
                            shell_quoted(folder) + ":$PATH COLUMNS=120 exec faultline " + line});
  }

  /// Without what differs from one machine, and one run, to the next.
  std::string same_everywhere(std::string text) const {
    for (const auto& folder :
         {std::filesystem::canonical(folder_.path()).string(), folder_.path().string()}) {
      for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder))
        text.replace(at, folder.size(), "HERE");
    }
    static const std::regex kUuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    static const std::regex kRun("(Starting run )[0-9a-f]{8}");
    return std::regex_replace(std::regex_replace(text, kUuid, "UUID"), kRun, "$01RUN");
  }

  static std::string on_one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
  }

  ScopedTempFolder folder_;
};

TEST_F(MistakesTest, EachIsAnsweredByALineThatHelpsAndItsStatus) {
  ASSERT_EQ(type("run c.toml --quiet").exit_status, 0);
  ASSERT_GE(kMistakes.size(), 60U);
  std::string table;
  for (const char* line : kMistakes) {
    const ProgramResult result = type(line);
    EXPECT_THAT(result.exit_status, testing::AnyOf(0, 1, 2, 3)) << line << "\n" << result.err;
    table += "$ faultline " + std::string(line) + "\n" + same_everywhere(result.err) +
             same_everywhere(result.out) + "status " + std::to_string(result.exit_status) + "\n\n";
  }
  expect_golden("mistakes.txt", table);
}

TEST_F(MistakesTest, TheStoreIsNamedOnce) {
  ASSERT_EQ(type("run c.toml --quiet").exit_status, 0);

  const std::string err = type("show last").err;

  EXPECT_EQ(err.find("Store:"), err.rfind("Store:")) << err;
}

TEST_F(MistakesTest, AFolderThatIsNotThereIsMadeForTheStore) {
  ASSERT_EQ(type("run c.toml --quiet --db new/nights/s.db").exit_status, 0);

  EXPECT_TRUE(std::filesystem::exists(folder_ / "new" / "nights" / "s.db"));
}

TEST_F(MistakesTest, ARunInWhichNothingRanStopsWithTheLineThatSaysWhy) {
  const ProgramResult stopped = type("run --trials 50 -- sh nosuch.sh");

  EXPECT_EQ(stopped.exit_status, 1);
  EXPECT_THAT(stopped.err, AllOf(HasSubstr("nothing ran: every one of 3 trials"), HasSubstr("nosuch.sh"),
                                 HasSubstr("--keep-going")));
  EXPECT_EQ(stopped.out, "") << "no table of what is no result";
  const ProgramResult gone_on = type("run --trials 5 --keep-going -- sh nosuch.sh");
  EXPECT_THAT(gone_on.out, HasSubstr("0/5"));
}

/// Trials that the system kills, or whose test fails, all alike: that is what the night found.
TEST_F(MistakesTest, ANightWhoseTrialsAllEndAlikeIsANight) {
  for (const char* script : {"kill -KILL $$", "echo 1 test, 1 failure; echo FAILED >&2; exit 1", "exit 1"}) {
    std::ofstream(folder_ / "alike.sh") << script;
    const ProgramResult ran = type("run --new --trials 6 --no-canary -- sh alike.sh");
    EXPECT_EQ(ran.exit_status, 0) << script << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("0/6")) << script;
  }
}

TEST_F(MistakesTest, ASliceGoesOnWithTheSameCommand) {
  std::ofstream(folder_ / "slow.toml")
      << "[campaign]\nname = \"slow\"\ntrials = 4\n[[workload]]\nname = \"s\"\n"
         "command = [\"sleep\", \"0.2\"]\n";
  const ProgramResult first = type("run slow.toml --for 250ms");

  EXPECT_EQ(first.exit_status, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("the same command goes on where it stopped"));
  const ProgramResult rest = type("run slow.toml");
  EXPECT_EQ(rest.exit_status, 0) << rest.err;
  EXPECT_THAT(rest.err, HasSubstr("Resuming run"));
  EXPECT_THAT(rest.out, HasSubstr("0/4"));
}

/// A fix that is never loaded: its arm neither passes nor is out of the rates, and every table says so.
TEST_F(MistakesTest, AFixThatWasNeverLoadedProvesNothing) {
  std::ofstream(folder_ / "fix.toml") << R"([campaign]
name = "fix"
trials = 3
[[workload]]
name = "fixed"
command = ["/bin/sh", "{campaign}/w.sh", "{threads}", "none"]
expect_image = "libfix*"
matrix = { threads = [1, 8] }
[[workload]]
name = "plain"
command = ["/bin/sh", "{campaign}/w.sh", "{threads}", "none"]
expect_image = "libc[.-]*"
matrix = { threads = [1, 8] }
)";
  const ProgramResult ran = type("run fix.toml");

  EXPECT_EQ(ran.exit_status, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("was seen to load the image that it must have"));
  const std::string rates = type("rates --by workload,threads --format csv").out;
  EXPECT_THAT(rates, HasSubstr("fixed,1,0,0"));
  EXPECT_THAT(rates, HasSubstr("fixed,8,3,3")) << "a crash stays one";
  EXPECT_THAT(rates, HasSubstr("plain,1,3,0"));
  EXPECT_THAT(rates, HasSubstr("plain,8,3,3"));
  EXPECT_THAT(type("list trials --where 'workload=fixed and threads=8' --format csv").out,
              HasSubstr("image_not_seen"));
  EXPECT_THAT(on_one_line(type("compare workload=fixed workload=plain").out), HasSubstr("proves nothing"));
  EXPECT_THAT(type("rates --where workload=plain").out, Not(HasSubstr("proves nothing")));
}

}  // namespace
}  // namespace faultline

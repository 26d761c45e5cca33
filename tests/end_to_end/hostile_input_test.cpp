// What strangers send and what disks do: names without end, terminal escapes, full disks, readers that leave.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "core/text/text_escape.h"
#include "tests/support/ips_builder.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kPartial = 3;

/// A crash whose strings hold what would lead a terminal, or a reader, astray.
std::string escapes_everywhere() {
  const nlohmann::json header = {{"app_name", "evil"},
                                 {"timestamp", "2025-01-01 00:00:00.00 +0000"},
                                 {"bug_type", "309"},
                                 {"incident_id", "11111111-2222-3333-4444-555555555555"},
                                 {"name", "ev\x1b[31mil"}};
  const std::string bad =
      "\x1b]0;PWN\x07 \xe2\x80\xae \xc2\x9b"
      "2J \x7f \xe2\x81\xa6";
  const nlohmann::json body = {
      {"procName", "ev" + bad},
      {"procPath", "/tmp/" + bad},
      {"pid", 1},
      {"incident", "11111111-2222-3333-4444-555555555555"},
      {"cpuType", "ARM-64"},
      {"osVersion", {{"train", "macOS 15.0"}, {"build", "24A335"}}},
      {"captureTime", "2025-01-01 00:00:00.00 +0000"},
      {"exception", {{"type", "EXC_BAD_ACCESS"}, {"signal", "SIGSEGV"}, {"subtype", "KERN" + bad}}},
      {"asi", {{"lib" + bad, {"a" + bad + "\nb\rc"}}}},
      {"faultingThread", 0},
      {"threads",
       {{{"triggered", true},
         {"id", 1},
         {"name", "t" + bad},
         {"queue", "q" + bad},
         {"frames",
          {{{"imageOffset", 16}, {"symbol", "f" + bad}, {"symbolLocation", 4}, {"imageIndex", 0}}}}}}},
      {"usedImages",
       {{{"source", "P"},
         {"arch", "arm64"},
         {"base", 4294967296},
         {"size", 65536},
         {"uuid", "aaaaaaaa-1111-3333-4444-555555555555"},
         {"path", "/tmp/lib" + bad},
         {"name", "lib" + bad}}}},
      {"vmRegionInfo", "x" + bad}};
  return header.dump() + "\n" + body.dump() + "\n";
}

std::string threads_with(const std::string& symbol) {
  return nlohmann::json{
      {{"triggered", true},
       {"id", 1},
       {"frames", {{{"imageOffset", 16}, {"symbol", symbol}, {"symbolLocation", 4}, {"imageIndex", 0}}}}}}
      .dump();
}

class HostileInputTest : public testing::Test {
 protected:
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  /// `script` with the program as $1 and the folder as $2.
  ProgramResult shell(const std::string& script) const {
    return run_program({"/bin/sh", "-c", script, "sh", faultline_program(), folder_ / ""});
  }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  ScopedTempFolder folder_;
};

TEST_F(HostileInputTest, ANameWithoutEndIsShownAsItIsAndReported) {
  std::string nested = "_Z";
  for (int i = 0; i < 20'000; ++i) nested += "N1aI";
  const auto file = write("deep.ips", IpsBuilder().body("threads", threads_with(nested)).text());

  const auto shown = faultline({"show", file, "--format", "json"});
  const auto imported = faultline({"import", "--db", folder_ / "s.db", file});

  EXPECT_EQ(shown.exit_status, kPartial) << shown.err;
  EXPECT_THAT(shown.err, HasSubstr("stays as it is"));
  EXPECT_EQ(nlohmann::json::parse(shown.out)["threads"][0]["frames"][0]["function"], nested);
  EXPECT_EQ(imported.exit_status, kPartial) << imported.err;
}

TEST_F(HostileInputTest, NoFormatButRawSendsControlCharacters) {
  const auto file = write("esc.ips", escapes_everywhere());
  ASSERT_EQ(faultline({"import", "--db", folder_ / "s.db", file}).exit_status, kDone);
  const std::vector<std::vector<std::string>> commands = {
      {"show", file, "--format", "analysis"},
      {"show", file, "--format", "markdown"},
      {"show", file, "--format", "html"},
      {"show", file, "--format", "apple"},
      {"show", file, "--format", "json"},
      {"symbolize", file, "--format", "apple"},
      {"symbolize", file, "--format", "ips"},
      {"list", "reports", "--db", folder_ / "s.db"},
      {"list", "reports", "--db", folder_ / "s.db", "--format", "csv"},
      {"sites", "--db", folder_ / "s.db", "--format", "markdown"},
      {"sites", "--db", folder_ / "s.db", "--format", "json"},
      {"query", "--db", folder_ / "s.db", "SELECT text FROM site"},
  };
  for (const auto& command : commands) {
    const auto result = faultline(command);
    EXPECT_EQ(result.exit_status, kDone) << command[0] << ' ' << command.back() << ": " << result.err;
    // CSV ends its lines as RFC 4180 has it.
    const std::string text = std::regex_replace(result.out, std::regex("\r\n"), "\n");
    EXPECT_EQ(escape_text(text), text) << command[0] << ' ' << command.back();
  }
}

TEST_F(HostileInputTest, AFullDiskBehindStdoutIsAFailureWithItsReason) {
  const auto file = write("good.ips", IpsBuilder().text());
  for (const std::string words :
       {"show \"$2good.ips\"", "show \"$2good.ips\" --format json", "--help", "manual"}) {
    const auto result = shell("exec \"$1\" " + words + " > /dev/full");
    EXPECT_EQ(result.exit_status, kFailed) << words;
    EXPECT_THAT(result.err, HasSubstr("cannot write to standard output: No space left on device")) << words;
  }
}

TEST_F(HostileInputTest, AReaderThatLeavesChangesNothingButTheSilence) {
  write("cut.ips", IpsBuilder().text().substr(0, 900));
  // A pipe whose only reader is gone before the command starts.
  const auto result = shell(
      "mkfifo \"$2pipe\"; exec 4<>\"$2pipe\"; exec 5>\"$2pipe\"; exec 4<&-; "
      "\"$1\" show \"$2cut.ips\" --format json >&5; echo $?");
  EXPECT_EQ(result.out, std::to_string(kPartial) + "\n");
  EXPECT_THAT(result.err, testing::Not(HasSubstr("Broken pipe")));
}

TEST_F(HostileInputTest, AReaderThatLeavesDoesNotHideWhatACheckFound) {
  const auto crash = sample_program("null_read");
  const auto result = shell(
      "mkfifo \"$2pipe\"; exec 4<>\"$2pipe\"; exec 5>\"$2pipe\"; exec 4<&-; "
      "\"$1\" run --db \"$2s.db\" --trials 1 --fail-on crash -- " +
      crash +
      " >&5; echo $?; "
      "\"$1\" report --db \"$2s.db\" --fail-on new-site >&5; echo $?");
  EXPECT_EQ(result.out, "4\n4\n") << result.err;
}

TEST_F(HostileInputTest, AFileThatMayNotGrowIsAnErrorAndNoDeath) {
  write("good.ips", IpsBuilder().text());
  const auto result = shell("ulimit -f 8; \"$1\" import --db \"$2s.db\" \"$2good.ips\"");
  EXPECT_EQ(result.exit_status, kFailed) << result.out << result.err;
  EXPECT_THAT(result.err, HasSubstr("s.db"));
}

TEST_F(HostileInputTest, AKeyOfManyPartsIsAMessageWithItsLine) {
  std::string key = "a";
  for (int i = 0; i < 20'000; ++i) key += ".a";
  const auto file = write("dotted.toml", key + " = 1\n");
  const auto result = faultline({"run", file, "--db", folder_ / "s.db"});
  EXPECT_EQ(result.exit_status, 2) << result.err;
  EXPECT_THAT(result.err, HasSubstr(":1: "));
}

/// Runs a printed command in a shell, with the program for its first word.
TEST_F(HostileInputTest, PrintedCommandsAreSafeToPaste) {
  std::string campaign = "[campaign]\nname = \"q\"\ntrials = 1\n";
  for (const std::string& name : std::vector<std::string>{"x'; touch PWN; echo '", "$(touch PWN)",
                                                          "`touch PWN`", "a b\\\"c", "two\\nlines"}) {
    campaign += "[[workload]]\nname = \"" + name + "\"\ncommand = [\"true\"]\n";
  }
  const auto file = write("quotes.toml", campaign);
  const auto run = faultline({"run", file, "--db", folder_ / "s.db"});
  ASSERT_EQ(run.exit_status, kDone) << run.err;
  int commands = 0;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find(": faultline ");
    if (at == std::string::npos) continue;
    ++commands;
    const auto again =
        shell("cd \"$2\"; p=\"$1\"; faultline() { \"$p\" \"$@\" --db s.db; }; " + line.substr(at + 2));
    EXPECT_EQ(again.exit_status, kDone) << line << again.err;
  }
  EXPECT_GE(commands, 5);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "PWN"));
}

}  // namespace
}  // namespace faultline

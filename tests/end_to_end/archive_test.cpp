// The archive as a time machine: what a campaign asks to keep names old reports after the files are gone.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kLibrary = R"(struct Queue { char padding[0x5c8]; int busy; };
static inline __attribute__((always_inline)) int read_busy(volatile Queue* queue) {
  return queue->busy;
}
__attribute__((noinline)) int drain_queue(volatile Queue* queue) { return read_busy(queue) + 1; }
)";

// The same function, moved and with another body: its symbols must not name the old build's crash.
constexpr auto kNextLibrary = R"(struct Queue { char padding[0x5c8]; int busy; };
__attribute__((noinline)) int other_function(int n) { return n * n + 7; }
__attribute__((noinline)) int drain_queue(volatile Queue* queue) {
  return other_function(queue->busy);
}
)";

constexpr auto kMain =
    "struct Queue; int drain_queue(volatile Queue*);\nint main() { return drain_queue(nullptr); }\n";

class ArchiveTest : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_elf_tools(), "needs a compiler and llvm-19");
    ::setenv("XDG_DATA_HOME", (folder_ / "data").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
    build_library(kLibrary);
    fixtures::write_bytes(folder_ / "main.cpp", kMain);
    fixtures::shell("cd '" + folder_.path().string() +
                    "' && c++ -O1 main.cpp -o crash -L. -lqueue -Wl,-rpath,\"$PWD\" -Wl,--build-id");
  }
  void TearDown() override {
    ::unsetenv("XDG_DATA_HOME");
    ::unsetenv("XDG_CACHE_HOME");
  }

  void build_library(const std::string& source) const {
    fixtures::write_bytes(folder_ / "queue.cpp", source);
    fixtures::shell("cd '" + folder_.path().string() +
                    "' && c++ -g -O1 -fPIC -shared queue.cpp -o libqueue.so -Wl,--build-id=sha1");
  }

  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin() + 1, {"--db", folder_ / "s.db"});
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }

  /// Runs the crashing program and keeps its report as old.ips.
  ProgramResult run_campaign(const std::string& archive) const {
    std::ofstream(folder_ / "c.toml")
        << "[campaign]\nname = \"night\"\ntrials = 2\n"
        << archive << "\n[[workload]]\nname = \"crash\"\ncommand = [\"{campaign}/crash\"]\n";
    auto run = faultline({"run", folder_ / "c.toml"});
    fixtures::write_bytes(folder_ / "old.ips", faultline({"show", "last", "--format", "raw"}).out);
    return run;
  }

  /// The frames of the crashed thread as `symbolize` names them.
  json symbolized_frames() const {
    const auto shown =
        run_program({faultline_program(), "symbolize", folder_ / "old.ips", "--format", "json"});
    const auto report = json::parse(shown.out, nullptr, false);
    if (!report.is_object()) return shown.err;
    return report["threads"][report["crashed_thread"].get<std::size_t>()]["frames"];
  }

  ScopedTempFolder folder_;
};

TEST_F(ArchiveTest, AnOldReportIsNamedFromTheArchiveOnceItsLibraryIsReplacedAndGone) {
  const auto run = run_campaign("archive = [\"libqueue*\"]");
  ASSERT_EQ(run.exit_status, 0) << run.err;
  EXPECT_THAT(run.err, HasSubstr("The archive has " + (folder_ / "libqueue.so").string()));
  const auto kept =
      json::parse(run_program({faultline_program(), "symbols", "list", "--format", "json"}).out);
  ASSERT_EQ(kept["rows"].size(), 1U) << kept;
  EXPECT_EQ(kept["rows"][0]["name"], "libqueue.so");

  for (const bool gone : {false, true}) {
    SCOPED_TRACE(gone ? "gone" : "replaced");
    if (gone) {
      fs::remove(folder_ / "libqueue.so");
    } else {
      build_library(kNextLibrary);
    }
    const auto frames = symbolized_frames();
    ASSERT_GE(frames.size(), 2U) << frames;
    EXPECT_THAT(frames[0]["function"].get<std::string>(), HasSubstr("read_busy"));
    EXPECT_EQ(frames[0]["inlined"], true);
    EXPECT_THAT(frames[0]["file"].get<std::string>(), HasSubstr("queue.cpp"));
    EXPECT_EQ(frames[0]["line"], 3);
    EXPECT_THAT(frames[1]["function"].get<std::string>(), HasSubstr("drain_queue"));
    EXPECT_EQ(frames[1]["line"], 5);
    EXPECT_EQ(frames[1]["source"], "dwarf");
  }
}

TEST_F(ArchiveTest, WithoutAnArchiveTheReplacedLibraryNamesNothingAndIsRefusedByName) {
  ASSERT_EQ(run_campaign("").exit_status, 0);
  build_library(kNextLibrary);

  const auto frames = symbolized_frames();
  const auto text = run_program({faultline_program(), "symbolize", folder_ / "old.ips"});

  EXPECT_NE(frames[0]["source"], "dwarf") << frames;
  EXPECT_THAT(text.out, Not(HasSubstr("other_function")));
  EXPECT_THAT(text.err, AllOf(HasSubstr((folder_ / "libqueue.so").string() + ": refused: holds"),
                              HasSubstr("libqueue.so in the report is")));
  EXPECT_EQ(text.exit_status, 3);
  EXPECT_FALSE(fs::exists(folder_ / "data" / "faultline" / "symbols"));
}

TEST_F(ArchiveTest, TheInstructionsAtThePcComeFromTheArchiveElseFromTheReportAndSayFromWhere) {
  ASSERT_EQ(run_campaign("archive = [\"libqueue*\"]").exit_status, 0);
  fs::remove(folder_ / "libqueue.so");
  const std::vector<std::string> show{faultline_program(), "show", folder_ / "old.ips", "--disassemble"};

  const auto archived = run_program(show);
  auto as_json = show;
  as_json.insert(as_json.end(), {"--format", "json"});
  const auto code = json::parse(run_program(as_json).out)["disassembly"];
  fs::remove_all(folder_ / "data");
  const auto bare = run_program(show);

  EXPECT_THAT(archived.out, AllOf(HasSubstr("Instructions around the pc"), HasSubstr("\n  => 0x"),
                                  HasSubstr("The bytes are from " + (folder_ / "data").string())));
  ASSERT_GT(code["instructions"].size(), 1U) << code;
  EXPECT_THAT(code["origin"].get<std::string>(), HasSubstr("libqueue.so"));
  std::string at_pc;
  for (const auto& instruction : code["instructions"]) {
    if (instruction["is_at"] == true) at_pc = instruction["text"];
  }
  EXPECT_THAT(at_pc, HasSubstr("0x5c8"));
  EXPECT_THAT(bare.out, AllOf(HasSubstr("The bytes are the report's own."), HasSubstr(at_pc)));
}

}  // namespace
}  // namespace faultline

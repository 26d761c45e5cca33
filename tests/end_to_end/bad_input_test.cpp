// Input that is not what it should be: one clear line, the documented exit status, nothing lost.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/ips_builder.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::HasSubstr;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kUsage = 2;
constexpr int kPartial = 3;

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string good_report() { return IpsBuilder().text(); }

class BadInputTest : public testing::Test {
 protected:
  ProgramResult faultline(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  ProgramResult import_file(const std::string& name) const {
    return faultline({"import", "--db", folder_ / "s.db", folder_ / name});
  }
  /// How many reports the store holds.
  std::string stored() const {
    return faultline(
               {"query", "--db", folder_ / "s.db", "--format", "csv", "SELECT count(*) AS n FROM report"})
        .out;
  }

  ScopedTempFolder folder_;
};

struct BadFile {
  const char* name;
  std::string bytes;
};

TEST_F(BadInputTest, EachDamagedFileIsNamedWithItsTroubleAndKept) {
  const std::vector<BadFile> files = {
      {"empty.ips", ""},
      {"binary.ips", std::string("\x7f"
                                 "ELF\0\1\2\3\xff\xfe",
                                 10)},
      {"cut.ips", good_report().substr(0, good_report().size() * 2 / 3)},
      {"latin1.ips", good_report() + "\xe9\xe8"},
      {"nested.ips", "{\"bug_type\":\"309\"}\n" + std::string(200'000, '[')},
      {"prose.txt", "the weather was fine\n"},
  };
  for (const auto& file : files) {
    SCOPED_TRACE(file.name);
    write_bytes(folder_ / file.name, file.bytes);

    const auto result = import_file(file.name);

    EXPECT_THAT(result.exit_status, AnyOf(kDone, kPartial)) << result.err;
    if (result.exit_status == kPartial) {
      EXPECT_THAT(result.err, HasSubstr(file.name));
    }
    const auto raw = faultline({"show", "--db", folder_ / "s.db", "--format", "raw", "last"});
    EXPECT_EQ(raw.exit_status, kDone) << raw.err;
  }
}

TEST_F(BadInputTest, ADamagedReportIsShownAsFarAsItGoesAndNamed) {
  write_bytes(folder_ / "cut.ips", good_report().substr(0, good_report().size() * 2 / 3));
  write_bytes(folder_ / "good.ips", good_report());

  for (const auto* format : {"analysis", "json", "apple"}) {
    const auto cut = faultline({"show", folder_ / "cut.ips", "--format", format});
    EXPECT_EQ(cut.exit_status, kPartial) << format;
    EXPECT_THAT(cut.out, HasSubstr("EXC_BAD_ACCESS"));
    EXPECT_THAT(cut.err, AllOf(HasSubstr("cut.ips"), HasSubstr("the report ends here")));
    EXPECT_EQ(faultline({"show", folder_ / "good.ips", "--format", format}).exit_status, kDone) << format;
  }
}

TEST_F(BadInputTest, AGoodReportBesideBadOnesIsStillStored) {
  write_bytes(folder_ / "a.ips", "");
  write_bytes(folder_ / "b.ips", good_report());

  const auto result =
      faultline({"import", "--db", folder_ / "s.db", folder_.path().string(), folder_ / "missing.ips"});

  EXPECT_EQ(result.exit_status, kPartial);
  EXPECT_THAT(result.err, AllOf(HasSubstr("a.ips"), HasSubstr("missing.ips"), HasSubstr("No such file")));
  EXPECT_THAT(stored(), HasSubstr("2"));
}

TEST_F(BadInputTest, AFifoIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe.ips").c_str(), 0600), 0);

  const auto result = import_file("pipe.ips");

  EXPECT_EQ(result.exit_status, kPartial);
  EXPECT_THAT(result.err, AllOf(HasSubstr("pipe.ips"), HasSubstr("not a regular file")));
}

TEST_F(BadInputTest, AHugeFileIsKeptAndNotParsed) {
  write_bytes(folder_ / "huge.ips", "{\"bug_type\":\"309\"}\n");
  ASSERT_EQ(::truncate((folder_ / "huge.ips").c_str(), 70 << 20), 0);

  const auto result = import_file("huge.ips");

  EXPECT_EQ(result.exit_status, kPartial);
  EXPECT_THAT(result.err, AllOf(HasSubstr("huge.ips"), HasSubstr("kept")));
  EXPECT_THAT(stored(), HasSubstr("1"));
}

TEST_F(BadInputTest, AStoreThatIsNotSqliteIsLeftAlone) {
  write_bytes(folder_ / "s.db", "dear diary, this is not a database at all\n");

  const auto result = faultline({"list", "runs", "--db", folder_ / "s.db"});

  EXPECT_EQ(result.exit_status, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("s.db"), HasSubstr("SQLite")));
  EXPECT_EQ(read_whole(folder_ / "s.db"), "dear diary, this is not a database at all\n");
}

#ifdef FAULTLINE_NETWORK_STATFS
TEST_F(BadInputTest, AStoreOnANetworkFileSystemIsRefusedBeforeAnythingIsWritten) {
  write_bytes(folder_ / "a.ips", good_report());

  const auto result =
      run_program({"/usr/bin/env", std::string("LD_PRELOAD=") + FAULTLINE_NETWORK_STATFS,
                   "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", faultline_program(), "import",
                   "--db", folder_ / "s.db", folder_ / "a.ips"});

  EXPECT_EQ(result.exit_status, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("s.db"), HasSubstr("network file system (nfs)")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}
#endif

TEST_F(BadInputTest, AskingAStoreThatIsNotThereSaysHowToMakeOne) {
  const auto result = faultline({"rates", "--db", folder_ / "none.db"});

  EXPECT_EQ(result.exit_status, kFailed);
  EXPECT_THAT(result.err, AllOf(HasSubstr("none.db"), HasSubstr("import")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "none.db"));
}

TEST_F(BadInputTest, AFolderWithoutPermissionIsNamed) {
  std::filesystem::create_directory(folder_ / "closed");
  ASSERT_EQ(::chmod((folder_ / "closed").c_str(), 0), 0);
  std::vector<std::string> command = {faultline_program(), "import", "--db", folder_ / "s.db",
                                      folder_ / "closed"};
  if (::geteuid() == 0) {
    // Root may enter every folder: become nobody, who may write the test's folder.
    REQUIRE_ON_LINUX(std::filesystem::exists("/usr/bin/setpriv"), "setpriv is not installed");
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0777), 0);
    command.insert(command.begin(), {"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
  }

  const auto result = run_program(command);

  EXPECT_EQ(result.exit_status, kPartial) << result.err;
  EXPECT_THAT(result.err, AllOf(HasSubstr("closed"), HasSubstr("ermission denied")));
}

TEST_F(BadInputTest, AMissingCommandIsASetupFailureAndTheRunSaysSo) {
  const auto result =
      faultline({"run", "--db", folder_ / "s.db", "--trials", "2", "--", "/nowhere/to/be/found"});

  EXPECT_EQ(result.exit_status, kFailed);
  EXPECT_THAT(result.err, HasSubstr("/nowhere/to/be/found"));
}

TEST_F(BadInputTest, MistakesOnTheCommandLineAreUsageErrors) {
  EXPECT_EQ(faultline({}).exit_status, kUsage);
  EXPECT_EQ(faultline({"frobnicate"}).exit_status, kUsage);
  EXPECT_EQ(faultline({"run"}).exit_status, kUsage);
  EXPECT_EQ(faultline({"list", "horses"}).exit_status, kUsage);
  EXPECT_EQ(faultline({"run", "--for", "soon", "--", "true"}).exit_status, kUsage);
}

TEST_F(BadInputTest, ACampaignsMistakesAreAllNamedWithTheirLinesAndNothingIsRun) {
  write_bytes(folder_ / "c.toml",
              "[campaign]\nname = \"x\"\ntrails = 3\ntimeout = \"soon\"\n\n[[workload]]\nname = \"w\"\n"
              "command = [\"true\", \"{thread}\"]\n");

  const auto result = faultline({"run", "--db", folder_ / "s.db", folder_ / "c.toml"});

  EXPECT_EQ(result.exit_status, kUsage);
  EXPECT_THAT(result.err,
              AllOf(HasSubstr("c.toml:3"), HasSubstr("trials"), HasSubstr("c.toml:4"), HasSubstr("thread")));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "s.db"));
}

TEST_F(BadInputTest, AFullDiskFailsInOneLineAndKeepsWhatWasStored) {
  write_bytes(folder_ / "a.ips", good_report());
  ASSERT_EQ(import_file("a.ips").exit_status, kDone);
  std::string noise;
  for (std::int64_t i = 0; i < 400'000; ++i) noise += static_cast<char>('a' + (i * 7919 + i / 31) % 26);
  write_bytes(folder_ / "b.txt", noise);
  // A limit on file sizes is what a process sees of a disk that is full.
  const auto limited =
      run_program({"/bin/sh", "-c", "ulimit -f 256; trap '' XFSZ; exec \"$0\" import --db \"$1\" \"$2\"",
                   faultline_program(), folder_ / "s.db", folder_ / "b.txt"});

  EXPECT_THAT(limited.exit_status, AnyOf(kFailed, kPartial)) << limited.err;
  EXPECT_THAT(stored(), HasSubstr("1"));
}

}  // namespace
}  // namespace faultline

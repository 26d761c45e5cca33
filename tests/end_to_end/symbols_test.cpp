// `faultline symbols` and `faultline symbolize`, where the user stands: on files of another system.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/ips/ips_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto kMethod = "-[AGXG16XFamilyComputeContext setComputePipelineState:]";

class SymbolsTest : public testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
    ::setenv("XDG_DATA_HOME", (folder_ / "data").c_str(), 1);
    ::setenv("XDG_CACHE_HOME", (folder_ / "cache").c_str(), 1);
  }
  void TearDown() override {
    ::unsetenv("XDG_DATA_HOME");
    ::unsetenv("XDG_CACHE_HOME");
  }

  static ProgramResult faultline(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), faultline_program());
    return run_program(arguments);
  }
  static json ask(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--format", "json"});
    const auto result = faultline(std::move(arguments));
    const auto parsed = json::parse(result.out, nullptr, false);
    return parsed.is_discarded() ? json(result.err) : parsed;
  }

  /// A report whose crashed thread has one nameless frame in each function of the build.
  std::string write_report(const fixtures::MachFixture& build) const {
    std::vector<std::uint64_t> offsets;
    for (const auto& [name, address] : fixtures::nm(build.binary)) offsets.push_back(address + 4);
    auto report = fixtures::report_of(fixtures::image_of(build), offsets);
    report.header.bug_type = "309";
    report.incident = "00000000-0000-0000-0000-000000000001";
    report.process_name = "Python";
    report.faulting_thread = 0;
    fixtures::write_bytes(folder_ / "crash.ips", write_ips(report));
    return folder_ / "crash.ips";
  }

  ScopedTempFolder folder_;
};

json frames_of(const json& report) { return report["threads"][0]["frames"]; }

TEST_F(SymbolsTest, ANameIsFoundInEveryArchivedBuildAndSliceAtItsAddress) {
  const auto& arm64 = fixtures::shared_macho();
  const auto& arm64e = fixtures::shared_macho({"arm64e", fixtures::PointerStyle::plain, {}, {}});
  const auto& intel = fixtures::shared_macho({"x86_64", {}, {}, {}});
  const auto& next = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=9"});
  fixtures::make_fat({arm64.binary, arm64e.binary, intel.binary}, folder_ / "AGXMetalG16X");
  ASSERT_EQ(faultline({"symbols", "add", folder_ / "AGXMetalG16X", next.binary, next.dsym}).exit_status, 0);
  const auto again = faultline({"symbols", "add", arm64.binary});

  const auto kept = ask({"symbols", "list"})["rows"];
  const auto found = ask({"symbols", "lookup", kMethod})["rows"];
  const auto one = ask({"symbols", "find", next.uuid.upper_text()})["rows"];

  EXPECT_THAT(again.err, HasSubstr("0 added, 1 were there already"));
  EXPECT_EQ(kept.size(), 5U) << kept;
  EXPECT_EQ(one.size(), 2U) << "the dylib and its dSYM";
  std::map<std::string, const fixtures::MachFixture*> builds;
  for (const auto* build : {&arm64, &arm64e, &intel, &next}) builds[build->uuid.text()] = build;
  ASSERT_EQ(found.size(), builds.size()) << found;
  for (const auto& row : found) {
    const auto* build = builds.at(row["uuid"]);
    EXPECT_EQ(row["function"], kMethod);
    EXPECT_EQ(row["address"], hex(fixtures::nm(build->binary).at(kMethod))) << row;
  }
}

TEST_F(SymbolsTest, ASymbolizedReportIsAReportAgainWithTheSameNames) {
  const auto& build = fixtures::shared_macho();
  const auto report = write_report(build);

  const auto named = ask({"symbolize", report, "--symbols", build.dsym});
  const auto written = faultline({"symbolize", report, "--symbols", build.dsym, "--format", "ips"});
  fixtures::write_bytes(folder_ / "named.ips", written.out);
  const auto read_again = ask({"show", folder_ / "named.ips"});

  ASSERT_EQ(written.exit_status, 0) << written.err;
  EXPECT_THAT(written.err, HasSubstr("frames named from " + build.dwarf.string() + " (given)"));
  EXPECT_EQ(read_again["issues"], json::array());
  EXPECT_EQ(read_again["incident"], named["incident"]);
  auto wanted = frames_of(named);
  ASSERT_GT(wanted.size(), 8U) << named;
  for (auto& frame : wanted) {
    EXPECT_EQ(frame["source"], "dwarf") << frame;
    frame["source"] = "report";
  }
  EXPECT_EQ(frames_of(read_again), wanted);
}

TEST_F(SymbolsTest, SymbolsOfAnotherBuildNameNothingAndAreNamedThemselves) {
  const auto& build = fixtures::shared_macho();
  const auto& other = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=9"});
  const auto report = write_report(build);

  const auto refused = faultline({"symbolize", report, "--symbols", other.dsym});

  const auto imported =
      faultline({"import", "--db", folder_ / "s.db", report, "--symbols", other.dsym.string()});
  const auto shown = faultline({"show", report, "--symbols", other.dsym});

  for (const auto& each : {refused, imported, shown}) {
    EXPECT_EQ(each.exit_status, 3);
    EXPECT_THAT(each.err, HasSubstr(other.dwarf.string() + ": refused: holds arm64 " + other.uuid.text()));
    EXPECT_THAT(each.out, Not(HasSubstr("setComputePipelineState")));
  }
  EXPECT_THAT(refused.err,
              AllOf(HasSubstr("AGXMetalG16X in the report is " + build.uuid.text()), HasSubstr("0 of ")));
}

TEST_F(SymbolsTest, AFileThatHoldsNoSymbolsIsNamed) {
  const auto report = write_report(fixtures::shared_macho());
  fixtures::write_bytes(folder_ / "cut", "\xcf\xfa\xed\xfe");

  const auto text = faultline({"symbolize", report, "--symbols", report});
  const auto cut = faultline({"symbolize", report, "--symbols", folder_ / "cut"});

  EXPECT_EQ(text.exit_status, 3);
  EXPECT_THAT(text.err, HasSubstr(report + ": neither a Mach-O nor an ELF file"));
  EXPECT_EQ(cut.exit_status, 3);
  EXPECT_THAT(cut.err, HasSubstr((folder_ / "cut").string() + ": neither a Mach-O nor an ELF file"));
}

}  // namespace
}  // namespace faultline

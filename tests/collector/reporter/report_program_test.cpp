// faultline-report as a person calls it.

#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>

#include "tests/collector/reporter/trial_fixture.h"

namespace faultline {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct ProgramResult {
  int status = -1;
  std::string text;  // Both streams.
};

class ReportProgramTest : public TrialTest {
 protected:
  ProgramResult call(const std::string& arguments) const {
    const std::string command = std::string(FAULTLINE_REPORT_PROGRAM) + " " + arguments + " 2>&1";
    ProgramResult result;
    FILE* pipe = ::popen(command.c_str(), "r");
    std::array<char, 4096> buffer{};
    while (const auto got = std::fread(buffer.data(), 1, buffer.size(), pipe))
      result.text.append(buffer.data(), got);
    const int status = ::pclose(pipe);
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
  }
  [[nodiscard]] std::string reports() const { return spec.report_folder.string(); }
};

TEST_F(ReportProgramTest, EndsAsItsCommandEnds) {
  const std::string program = FAULTLINE_CRASH_CHILD;
  EXPECT_EQ(call("-- " + program + " exit 9").status, 9);
  EXPECT_EQ(call("--out " + reports() + " -- " + program + " read-null").status, 128 + SIGSEGV);
  EXPECT_EQ(call("-- " + program + " term").status, 128 + SIGTERM);
  EXPECT_EQ(call("-- /no/such/program").status, 127);
  EXPECT_EQ(call("-- /etc/passwd").status, 126);
}

TEST_F(ReportProgramTest, SaysWhichReportItWrote) {
  REQUIRE_ON_LINUX(can_capture(), "ptrace is refused here");

  const auto result =
      call("--out " + reports() + "/new/folder -- " + std::string(FAULTLINE_CRASH_CHILD) + " abort");

  EXPECT_THAT(result.text, HasSubstr("faultline-report: wrote " + reports() + "/new/folder/crash_child-"));
}

TEST_F(ReportProgramTest, HelpHasAnExampleAndTheExitStatuses) {
  const auto help = call("--help");

  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.text, HasSubstr("example: faultline-report --out"));
  EXPECT_THAT(help.text, HasSubstr("exit status:"));
  EXPECT_THAT(call("--version").text, StartsWith("faultline-report "));
}

TEST_F(ReportProgramTest, WrongUsageIsOneLineAndStatusTwo) {
  for (const auto* arguments : {"", "--bogus", "--out", "--trial-fd x", "--out . --"}) {
    SCOPED_TRACE(arguments);
    const auto result = call(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.text, StartsWith("faultline-report: "));
    EXPECT_EQ(std::count(result.text.begin(), result.text.end(), '\n'), 1);
  }
}

TEST_F(ReportProgramTest, BadSpecificationIsAFailure) {
  const auto path = (folder / "specification").string();
  std::ofstream(path) << "{\"argv\": []}" << '\0';

  const auto result = call("--trial-fd 0 <" + path);

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.text, HasSubstr("names no command"));
}

TEST_F(ReportProgramTest, LeavesQuietlyWhereNoTrialComes) {
  const auto result = call("--trial-fd 0 </dev/null");

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.text, "");
}

}  // namespace
}  // namespace faultline

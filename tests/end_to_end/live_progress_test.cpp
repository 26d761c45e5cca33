// Long work tells a terminal how far it is, and nobody else.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/require.h"
#include "tests/support/run_on_terminal.h"
#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

class LiveProgressTest : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_OWN_REPORTER();
    const auto run = run_program(command({"run", "--trials", "3", "--", sample_program("null_read")}));
    ASSERT_EQ(run.exit_status, 0) << run.err;
  }
  std::vector<std::string> command(std::vector<std::string> words) const {
    words.insert(words.begin() + 1, {"--db", folder_ / "s.db"});
    words.insert(words.begin(), faultline_program());
    return words;
  }

  ScopedTempFolder folder_;
};

TEST_F(LiveProgressTest, AReportNamesThePartThatIsMadeAndTakesTheLineAway) {
  const auto seen = run_on_terminal(command({"report"}));
  const auto piped = run_program(command({"report"}));

  ASSERT_EQ(seen.exit_status, 0);
  EXPECT_THAT(seen.err, HasSubstr("report of null_read: crash sites"));
  EXPECT_THAT(seen.err, EndsWith("\r\x1b[K"));
  EXPECT_EQ(piped.err, "");
  EXPECT_EQ(seen.out, piped.out);
}

TEST_F(LiveProgressTest, ReanalysisCountsReports) {
  const auto seen = run_on_terminal(command({"reanalyze"}));
  const auto piped = run_program(command({"reanalyze"}));

  ASSERT_EQ(seen.exit_status, 0);
  EXPECT_THAT(seen.err, HasSubstr("\r\x1b[K0 reports derived again"));
  EXPECT_THAT(seen.err, EndsWith("\r\x1b[K3 reports derived again; 0 changed their site\r\n"));
  EXPECT_EQ(piped.err, "3 reports derived again; 0 changed their site\n");
}

TEST_F(LiveProgressTest, AnImportCountsFiles) {
  std::filesystem::create_directory(folder_ / "reports");
  for (const auto* name : {"a.ips", "b.ips"}) std::ofstream(folder_ / "reports" / name) << "no report\n";

  const auto seen = run_on_terminal(command({"import", folder_ / "reports"}));
  const auto piped = run_program(command({"import", folder_ / "reports"}));

  EXPECT_EQ(seen.exit_status, 3);
  EXPECT_THAT(seen.err, HasSubstr("\r\x1b[K0 of 2 files, 0 added\r\x1b[K"));
  EXPECT_THAT(seen.err, HasSubstr("1 added"));
  EXPECT_THAT(piped.err, Not(HasSubstr("of 2 files")));
  EXPECT_THAT(piped.err, Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace faultline

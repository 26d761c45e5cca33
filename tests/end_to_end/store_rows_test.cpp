// A real run's store before and after it was exported, merged and derived again: equal, row by row.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "tests/support/run_program.h"
#include "tests/support/scoped_temp_folder.h"
#include "tests/support/store_content.h"

namespace faultline {
namespace {

constexpr const char* kWorkload = R"(
echo '{"faultline": {"phase": "encoding"}}'
echo '{"faultline": {"metric": "operations", "value": 20}}'
case "$1" in
  crash) exec "$NULL_READ" ;;
  fail) echo 'no device' >&2; exit 3 ;;
esac
)";

constexpr const char* kCampaign = R"([campaign]
name = "rows"
trials = 3
control = "how=crash"
[facts]
torch = ["echo", "2.9.1"]
[[workload]]
name = "w"
command = ["/bin/sh", "{campaign}/w.sh", "{how}"]
matrix = { how = ["pass", "crash", "fail"] }
)";

class StoreRowsTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream(folder_ / "w.sh") << kWorkload;
    std::ofstream(folder_ / "c.toml") << kCampaign;
    const ProgramResult ran = faultline({"run", folder_ / "c.toml", "-q", "--db", store()});
    ASSERT_EQ(ran.exit_status, 0) << ran.err;
    const ProgramResult sites = faultline({"sites", "--format", "csv", "-q", "--db", store()});
    const std::string key = sites.out.substr(sites.out.find('\n') + 1, 16);
    const ProgramResult labelled = faultline({"label", key, "known", "--db", store()});
    ASSERT_EQ(labelled.exit_status, 0) << labelled.err;
    before_ = rows_of(store());
    ASSERT_GT(before_.size(), 100U);
  }

  ProgramResult faultline(std::vector<std::string> words) const {
    words.insert(words.begin(), faultline_program());
    words.insert(words.begin(), {"/usr/bin/env", "NULL_READ=" + sample_program("null_read")});
    return run_program(words);
  }
  [[nodiscard]] std::string store() const { return folder_ / "rows.db"; }
  static std::vector<std::string> rows_of(const std::filesystem::path& path) {
    auto opened = Store::open(path, OpenMode::read_only);
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    if (!opened) return {};
    const auto findings = opened->check_integrity();
    EXPECT_TRUE(findings && findings->empty());
    return content_of(*opened);
  }

  ScopedTempFolder folder_;
  std::vector<std::string> before_;
};

TEST_F(StoreRowsTest, AnExportHasThemAll) {
  const ProgramResult exported = faultline({"export", folder_ / "night.db", "--db", store()});

  ASSERT_EQ(exported.exit_status, 0) << exported.err;
  EXPECT_EQ(rows_of(folder_ / "night.db"), before_);
  EXPECT_EQ(rows_of(store()), before_);
}

TEST_F(StoreRowsTest, AMergeHasThemAllOnceHoweverOften) {
  for (int i = 0; i < 2; ++i) {
    const ProgramResult merged = faultline({"merge", store(), "--db", folder_ / "all.db"});
    ASSERT_EQ(merged.exit_status, 0) << merged.err;
  }

  EXPECT_EQ(rows_of(folder_ / "all.db"), before_);
  EXPECT_EQ(rows_of(store()), before_);
}

TEST_F(StoreRowsTest, DerivedAgainTheyAreTheSame) {
  const ProgramResult again = faultline({"reanalyze", "--db", store()});

  ASSERT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(rows_of(store()), before_);
}

}  // namespace
}  // namespace faultline

#include "collector/reporter/watch/report_file.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

const WallTime kTime = *parse_utc("2026-01-09T12:29:37.900Z");

TEST(ReportFileTest, NameIsLikeThatOfMacos) {
  EXPECT_EQ(report_file_name("python3.14", kTime, 60, 0), "python3.14-2026-01-09-132937.ips");
  EXPECT_EQ(report_file_name("python3.14", kTime, 0, 1), "python3.14-2026-01-09-122937.000.ips");
  EXPECT_EQ(report_file_name("python3.14", kTime, 0, 12), "python3.14-2026-01-09-122937.011.ips");
}

TEST(ReportFileTest, OddProcessNamesMakeHarmlessFileNames) {
  EXPECT_EQ(report_file_name("a/../b\nc", kTime, 0, 0), "a_.._b_c-2026-01-09-122937.ips");
  EXPECT_EQ(report_file_name(".hidden", kTime, 0, 0), "_.hidden-2026-01-09-122937.ips");
  EXPECT_EQ(report_file_name("", kTime, 0, 0), "_-2026-01-09-122937.ips");
  EXPECT_LT(report_file_name(std::string(5000, 'x'), kTime, 0, 0).size(), 200U);
}

TEST(ReportFileTest, ExistingReportIsNeverReplaced) {
  const ScopedTempFolder folder;

  const auto first = write_report_file(folder.path(), "prog", kTime, "one");
  const auto second = write_report_file(folder.path(), "prog", kTime, "two");
  const auto third = write_report_file(folder.path(), "prog", kTime, "three");

  ASSERT_TRUE(first && second && third);
  EXPECT_TRUE(second->string().ends_with(".000.ips"));
  EXPECT_TRUE(third->string().ends_with(".001.ips"));
  std::ifstream file(*first);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "one");
  const auto count = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  EXPECT_EQ(count, 3) << "hidden files are left";
}

TEST(ReportFileTest, MissingFolderIsAnError) {
  EXPECT_FALSE(write_report_file("/no/such/folder", "prog", kTime, "text"));
}

}  // namespace
}  // namespace faultline

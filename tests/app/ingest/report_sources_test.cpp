#include "app/ingest/report_sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

void touch(const std::filesystem::path& path) { std::ofstream(path) << "x"; }

TEST(ReportSourcesTest, AFolderGivesItsReportsSortedAndCountsTheRest) {
  const ScopedTempFolder folder;
  std::filesystem::create_directory(folder / "Retired");
  touch(folder / "b.ips");
  touch(folder / "a.crash");
  touch(folder / "movie.mp4");
  touch(folder / "Retired/c.ips");

  const auto sources = find_report_sources({folder.path().string()});

  EXPECT_THAT(sources.files, ElementsAre(folder / "Retired/c.ips", folder / "a.crash", folder / "b.ips"));
  EXPECT_EQ(sources.other_files, 1U);
  EXPECT_THAT(sources.problems, IsEmpty());
}

TEST(ReportSourcesTest, HiddenFilesAreStillBeingWrittenAndAreLeftOut) {
  const ScopedTempFolder folder;
  touch(folder / ".Python-2026-01-09-122937.ips");

  EXPECT_THAT(find_report_sources({folder.path().string()}).files, IsEmpty());
}

class CrashPointTest : public testing::Test {
 protected:
  CrashPointTest() {
    std::filesystem::create_directories(logs() / "LocallySymbolicated");
    touch(bundle() / "PointInfo.json");
    touch(bundle() / "Filters/Filter_1/DistributionInfo.json");
    touch(logs() / "2026-03-01_10-00-00.0000_+0100-aa.crash");
    touch(logs() / "2026-03-02_10-00-00.0000_+0100-bb.crash");
    touch(logs() / "LocallySymbolicated/2026-03-02_10-00-00.0000_+0100-bb.crash");
  }
  [[nodiscard]] std::filesystem::path bundle() const { return folder_ / "a.xccrashpoint"; }
  [[nodiscard]] std::filesystem::path logs() const { return bundle() / "Filters/Filter_1/Logs"; }

  ScopedTempFolder folder_;
};

TEST_F(CrashPointTest, TheReportsOfABundleAreThoseOfItsLogs) {
  const auto sources = find_report_sources({folder_.path().string()});

  EXPECT_EQ(sources.files.size(), 3U);
  EXPECT_EQ(sources.other_files, 2U);
}

TEST_F(CrashPointTest, ABundleStandsForItsNewestReportAndTheOthersAreNamed) {
  const auto found = choose_report_file(bundle().string() + "/");
  ASSERT_TRUE(found.has_value());
  const auto& chosen = *found;

  EXPECT_EQ(chosen.path, logs() / "LocallySymbolicated/2026-03-02_10-00-00.0000_+0100-bb.crash");
  EXPECT_THAT(chosen.left_out, testing::HasSubstr("newest of 2 reports"));
}

TEST_F(CrashPointTest, AnyOtherFolderIsForImport) {
  const auto chosen = choose_report_file(folder_.path().string());

  ASSERT_FALSE(chosen.has_value());
  EXPECT_THAT(chosen.error().text(), testing::HasSubstr("faultline import"));
}

TEST(ReportSourcesTest, ALoopOfLinksInAFolderEndsAndOneOnTheCommandLineIsNamed) {
  const ScopedTempFolder folder;
  touch(folder / "a.ips");
  std::filesystem::create_directory_symlink(folder.path(), folder / "self");
  std::filesystem::create_symlink(folder / "loop", folder / "loop");

  const auto walked = find_report_sources({folder.path().string()});
  const auto named = find_report_sources({folder / "loop"});

  EXPECT_THAT(walked.files, ElementsAre(folder / "a.ips"));
  ASSERT_EQ(named.problems.size(), 1U);
  EXPECT_EQ(named.problems[0].path, folder / "loop");
}

TEST(ReportSourcesTest, AMissingPathIsAProblemAndTheOthersAreStillRead) {
  const ScopedTempFolder folder;
  touch(folder / "a.ips");

  const auto sources = find_report_sources({folder / "nowhere", folder / "a.ips"});

  EXPECT_THAT(sources.files, ElementsAre(folder / "a.ips"));
  ASSERT_EQ(sources.problems.size(), 1U);
  EXPECT_THAT(sources.problems[0].error.text(), testing::HasSubstr("No such file"));
}

TEST(ReportSourcesTest, APipeInAFolderIsNotOpened) {
  const ScopedTempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe.ips").c_str(), 0600), 0);

  EXPECT_THAT(find_report_sources({folder.path().string()}).files, IsEmpty());
}

}  // namespace
}  // namespace faultline

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

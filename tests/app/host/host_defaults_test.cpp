#include "app/host/host_defaults.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(HostDefaultsTest, AReporterThatIsNamedIsTaken) {
  EXPECT_EQ(chosen_reporter("folder"), ReporterKind::folders);
  EXPECT_EQ(chosen_reporter("supervisor"), ReporterKind::supervisor);
  EXPECT_EQ(chosen_reporter(""), default_reporter());
}

TEST(HostDefaultsTest, FoldersThatAreNamedTakeThePlaceOfTheSystemsOwn) {
  const auto folders = chosen_report_folders(ReporterKind::folders, {"/reports"});

  ASSERT_EQ(folders.size(), 1U);
  EXPECT_EQ(folders[0], "/reports");
}

TEST(HostDefaultsTest, WithoutNamesTheSystemsFoldersAreWatchedWhereItsReporterWritesThere) {
  EXPECT_EQ(chosen_report_folders(ReporterKind::folders, {}), default_report_folders());
  EXPECT_TRUE(chosen_report_folders(ReporterKind::supervisor, {}).empty());
}

}  // namespace
}  // namespace faultline

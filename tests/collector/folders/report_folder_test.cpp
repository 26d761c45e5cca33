#include "collector/folders/report_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "tests/support/collector_ips.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ReportFolderTest : public ::testing::Test {
 protected:
  ReportFolderTest() : folder_(temp_.path()) {}

  void write(const std::string& name, const std::string& text) {
    std::filesystem::create_directories((temp_ / name).parent_path());
    std::ofstream(temp_ / name, std::ios::binary) << text;
  }
  void move(const std::string& from, const std::string& to) {
    std::filesystem::create_directories((temp_ / to).parent_path());
    std::filesystem::rename(temp_ / from, temp_ / to);
  }
  static std::string report(std::int64_t number) {
    IpsText text;
    text.incident = numbered_incident(number);
    return text.text();
  }
  std::vector<std::string> scan(MonotonicTime now = seconds(0)) {
    std::vector<std::string> incidents;
    for (const FoundReport& found : folder_.scan(now).reports) {
      incidents.push_back(found.summary.identity.incident.value_or("none"));
    }
    return incidents;
  }

  ScopedTempFolder temp_;
  ReportFolder folder_;
};

TEST_F(ReportFolderTest, EachReportIsGivenOutOnce) {
  write("a.ips", report(1));
  EXPECT_THAT(scan(), ElementsAre(numbered_incident(1)));
  EXPECT_THAT(scan(), IsEmpty());

  write("b.ips", report(2));
  EXPECT_THAT(scan(), ElementsAre(numbered_incident(2)));
}

TEST_F(ReportFolderTest, HiddenNamesAreWaitedForUntilTheyAreRenamed) {
  write(".a.ips", report(1));
  EXPECT_THAT(scan(), IsEmpty());

  move(".a.ips", "a.ips");
  EXPECT_THAT(scan(), ElementsAre(numbered_incident(1)));
}

TEST_F(ReportFolderTest, AReportThatMovedToRetiredIsFoundThereAndNotTwice) {
  write("a.ips", report(1));
  write("b.ips", report(2));
  move("b.ips", "Retired/b.ips");
  EXPECT_THAT(scan(), ElementsAre(numbered_incident(2), numbered_incident(1)));

  move("a.ips", "Retired/a.ips");
  EXPECT_THAT(scan(), IsEmpty());
}

TEST_F(ReportFolderTest, WhatWasThereAtTheStartIsOldEvenAfterItMoved) {
  write("old.ips", report(1));
  const auto lines = folder_.mark_present_as_old();
  move("old.ips", "Retired/old.ips");
  write("new.ips", report(2));

  EXPECT_THAT(scan(), ElementsAre(numbered_incident(2)));

  // A resumed run is told by the lines.
  ReportFolder resumed(temp_.path());
  resumed.mark_as_old(lines);
  const auto found = resumed.scan(seconds(0)).reports;
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].summary.identity.incident, numbered_incident(2));
}

TEST_F(ReportFolderTest, AHalfWrittenReportIsWaitedForAndACutOneIsNotLost) {
  const std::string whole = report(1);
  write("a.ips", whole.substr(0, whole.size() / 2));
  EXPECT_THAT(scan(seconds(0)), IsEmpty());
  EXPECT_EQ(folder_.scan(seconds(1)).unfinished, 1U);

  write("a.ips", whole);
  EXPECT_THAT(scan(seconds(2)), ElementsAre(numbered_incident(1)));

  write("cut.ips", report(2).substr(0, report(2).size() - 20));
  EXPECT_THAT(scan(seconds(3)), IsEmpty());
  EXPECT_THAT(scan(seconds(3) + ReportFolder::kPatience - seconds(1)), IsEmpty());
  EXPECT_THAT(scan(seconds(3) + ReportFolder::kPatience), ElementsAre(numbered_incident(2)));
}

TEST_F(ReportFolderTest, OtherFilesLinksAndFoldersAreNotReports) {
  write("notes.txt", report(1));
  write("x.diag", report(2));
  std::filesystem::create_directory(temp_ / "folder.ips");
  std::filesystem::create_symlink(temp_ / "loop.ips", temp_ / "loop.ips");
  ASSERT_EQ(::mkfifo((temp_ / "pipe.ips").c_str(), 0600), 0);

  EXPECT_THAT(scan(), IsEmpty());
}

TEST_F(ReportFolderTest, MissingDeniedAndEmptyAreThreeThings) {
  ReportFolder missing(temp_ / "missing");
  EXPECT_EQ(missing.scan(seconds(0)).state, FolderState::missing);
  EXPECT_EQ(missing.scan(seconds(0)).problem, "");
  EXPECT_EQ(folder_.scan(seconds(0)).state, FolderState::readable);

  write("file", "");
  ReportFolder broken(temp_ / "file");
  EXPECT_EQ(broken.scan(seconds(0)).state, FolderState::broken);
  EXPECT_THAT(broken.scan(seconds(0)).problem, HasSubstr("Not a directory"));

  std::filesystem::create_directory(temp_ / "secret");
  ::chmod((temp_ / "secret").c_str(), 0);
  // Root is denied nothing, so that it has to be nobody for a moment.
  const uid_t self = ::geteuid();
  if (self == 0) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  ReportFolder denied(temp_ / "secret");
  const FolderScan scan = denied.scan(seconds(0));
  ASSERT_EQ(::seteuid(self), 0);
  EXPECT_EQ(scan.state, FolderState::denied);
  EXPECT_THAT(scan.problem, HasSubstr("Permission denied"));
}

TEST_F(ReportFolderTest, AFullNameIsTold) {
  for (int i = 0; i < 25; ++i)
    write("python3.14-2026-01-09-1229" + std::to_string(10 + i) + ".ips", report(i));
  write("Python-2026-01-09-122910.ips", report(99));

  EXPECT_THAT(folder_.crowded_names(25), ElementsAre("python3.14"));
}

TEST_F(ReportFolderTest, AStoredReportIsRemovedOnlyIfItIsStillTheSame) {
  write("a.ips", report(1));
  write("b.ips", report(2));

  EXPECT_TRUE(*remove_stored_report(temp_ / "a.ips", report(1)));
  EXPECT_FALSE(std::filesystem::exists(temp_ / "a.ips"));
  EXPECT_FALSE(*remove_stored_report(temp_ / "b.ips", report(1)));
  EXPECT_TRUE(std::filesystem::exists(temp_ / "b.ips"));
  EXPECT_FALSE(*remove_stored_report(temp_ / "gone.ips", report(1)));
}

TEST(ReportFileNameTest, TheProcessIsWhatStandsBeforeTheLastDate) {
  EXPECT_EQ(process_of_file_name("python3.14-2026-01-09-122937.ips"), "python3.14");
  EXPECT_EQ(process_of_file_name("a-b c-2026-01-09-122937.000.ips"), "a-b c");
  EXPECT_EQ(process_of_file_name("log-2025-01-01-000000-2026-01-09-122937.ips"), "log-2025-01-01-000000");
  EXPECT_EQ(process_of_file_name("notes.ips"), "");
  EXPECT_EQ(process_of_file_name(""), "");
}

}  // namespace
}  // namespace faultline

#include "app/ingest/import_paths.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/symbolize_report.h"
#include "tests/support/fake_clock.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ImportPathsTest : public testing::Test {
 protected:
  Result<ImportedPaths> import(const std::vector<std::string>& paths) {
    SymbolizeOptions none;
    none.use_image_paths = false;
    none.use_system_places = false;
    Symbolizer symbolizer(none);
    ImportObserver observer;
    observer.progress = [&](const ImportCounts& counts, std::size_t) { progress.push_back(counts.files()); };
    observer.problem = [&](const std::string& line) { problems.push_back(line); };
    return import_paths(store, paths, {}, symbolizer, clock, observer);
  }

  ScopedTempFolder folder;
  Store store = std::move(*Store::open_in_memory());
  FakeClock clock;
  std::vector<std::size_t> progress;
  std::vector<std::string> problems;
};

TEST_F(ImportPathsTest, EachReportOfAFolderIsStoredAndHasARow) {
  write_text(folder / "a.ips", night_report(1));
  write_text(folder / "b.ips", night_report(2));
  write_text(folder / "notes.md", "not a report");

  ASSERT_VALUE(const auto imported, import({folder.path().string()}));

  EXPECT_EQ(imported.counts.added, 2U);
  EXPECT_EQ(imported.counts.damaged, 0U);
  EXPECT_EQ(imported.other_files, 1U);
  EXPECT_EQ(imported.table.rows.size(), 2U);
  EXPECT_THAT(progress, ElementsAre(0, 1, 2));
  ASSERT_VALUE(const auto reports, list_reports(store, {}));
  EXPECT_EQ(reports.size(), 2U);
}

TEST_F(ImportPathsTest, WhatIsThereAlreadyIsKnown) {
  write_text(folder / "a.ips", night_report(1));
  ASSERT_DONE(import({(folder / "a.ips").string()}));

  ASSERT_VALUE(const auto again, import({(folder / "a.ips").string()}));

  EXPECT_EQ(again.counts.added, 0U);
  EXPECT_EQ(again.counts.known, 1U);
}

TEST_F(ImportPathsTest, ADamagedReportIsKeptCountedAndNamed) {
  write_text(folder / "broken.ips", "{\"bug_type\":\"309\"}\n{\"threads\": [");

  ASSERT_VALUE(const auto imported, import({(folder / "broken.ips").string()}));

  EXPECT_EQ(imported.counts.added, 1U);
  EXPECT_EQ(imported.counts.damaged, 1U);
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems[0], HasSubstr("broken.ips"));
}

TEST_F(ImportPathsTest, APathThatIsNotThereIsNamedAndTheOthersAreRead) {
  write_text(folder / "a.ips", night_report(1));

  ASSERT_VALUE(const auto imported, import({"/no/such/folder", (folder / "a.ips").string()}));

  EXPECT_EQ(imported.counts.added, 1U);
  ASSERT_EQ(imported.unreadable.size(), 1U);
  EXPECT_THAT(imported.unreadable[0], HasSubstr("/no/such/folder"));
}

TEST_F(ImportPathsTest, FilesOfCountsAreReadWithTheirBadRowsNamed) {
  write_text(folder / "counts.csv", "workload,threads,trials,crashed\nmlx,8,20,11\nmlx,1,20,much\n");

  ASSERT_VALUE(const auto read, read_count_files({(folder / "counts.csv").string()}));

  ASSERT_EQ(read.counts.size(), 1U);
  EXPECT_EQ(read.counts[0].crashed, 11);
  ASSERT_EQ(read.files.size(), 1U);
  EXPECT_EQ(read.files[0].counts, 1U);
  EXPECT_THAT(read.files[0].problems, ElementsAre(HasSubstr("counts.csv:3: ")));
}

}  // namespace
}  // namespace faultline

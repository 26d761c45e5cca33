#include "app/ingest/ingest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_clock.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

TEST(IngestTest, FilesAreStoredInOrderOverSeveralBatches) {
  const ScopedTempFolder folder;
  std::vector<std::filesystem::path> files;
  for (int i = 0; i < 60; ++i) {
    files.push_back(folder / (std::to_string(i) + ".ips"));
    write_text(files.back(), night_report(i));
  }
  Store store = std::move(*Store::open_in_memory());
  std::vector<std::string> seen;

  ASSERT_DONE(import_files(store, files, {}, nullptr, FakeClock(), [&](const ImportedFile& file) {
    ASSERT_TRUE(file.added.has_value());
    seen.push_back(file.added->incident);
  }));

  ASSERT_EQ(seen.size(), 60U);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], night_incident(i));
  ASSERT_VALUE(const auto bytes, store.raw_report(night_incident(59)));
  EXPECT_EQ(bytes, night_report(59));
}

TEST(IngestTest, AFileThatCannotBeReadStopsNoOther) {
  const ScopedTempFolder folder;
  write_text(folder / "a.ips", night_report(1));
  Store store = std::move(*Store::open_in_memory());
  int failed = 0;
  int added = 0;

  ASSERT_DONE(import_files(store, {folder / "absent.ips", folder / "a.ips"}, {}, nullptr, FakeClock(),
                           [&](const ImportedFile& file) { ++(file.error ? failed : added); }));

  EXPECT_EQ(failed, 1);
  EXPECT_EQ(added, 1);
}

TEST(IngestTest, IssuesAreSummedUpInOneLine) {
  EXPECT_EQ(issue_summary({{"/threads/0/id", "is no number"}}, 1),
            "1 issue, first at /threads/0/id: is no number");
  EXPECT_EQ(issue_summary({{"", "ends early"}}, 7), "7 issues, first at the start: ends early");
}

}  // namespace
}  // namespace faultline

#include "app/bundle/feedback_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files/text_file.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(FeedbackBundleTest, FilesAreWrittenWithAHashForEach) {
  const ScopedTempFolder folder;
  FeedbackBundle bundle;
  bundle.add("pages/a.md", "# A crash\n", "faultline show a");
  EXPECT_TRUE(bundle.contains("pages/a.md"));
  EXPECT_FALSE(bundle.contains("pages/b.md"));

  ASSERT_VALUE(const auto check, publish_bundle(bundle, {folder / "out", false}, {}, {}));

  EXPECT_EQ(check.hits.size(), 0U);
  ASSERT_VALUE(const auto page, read_file(folder.path() / "out/pages/a.md", 1000));
  EXPECT_EQ(page, "# A crash\n");
  ASSERT_VALUE(const auto manifest, read_file(folder.path() / "out/MANIFEST.json", 10000));
  EXPECT_THAT(manifest, HasSubstr("\"path\": \"pages/a.md\""));
  EXPECT_THAT(manifest, HasSubstr("faultline show a"));
}

TEST(FeedbackBundleTest, ALeakLeavesNothingBehind) {
  const ScopedTempFolder folder;
  FeedbackBundle bundle;
  bundle.add("a.txt", "on rack-17 tonight", "test");

  const auto published = publish_bundle(bundle, {folder / "out", true}, {{"host name", "rack-17"}}, {});

  ASSERT_FALSE(published.has_value());
  EXPECT_THAT(published.error().text(), HasSubstr("a.txt"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(FeedbackBundleTest, WhatIsAllowedInOneFileIsNoLeakThere) {
  const ScopedTempFolder folder;
  FeedbackBundle bundle;
  bundle.add("originals/a.ips", "on rack-17 tonight", "test");

  EXPECT_TRUE(
      publish_bundle(bundle, {folder / "out", false}, {{"host name", "rack-17"}}, {{"originals/", ""}})
          .has_value());
}

TEST(FeedbackBundleTest, AFolderThatIsNoBundleIsNeverReplaced) {
  const ScopedTempFolder folder;
  write_text(folder.path() / "out/mine.txt", "mine");
  FeedbackBundle bundle;
  bundle.add("a.txt", "text", "test");

  EXPECT_FALSE(publish_bundle(bundle, {folder / "out", false}, {}, {}).has_value());
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "out/mine.txt"));
}

TEST(FeedbackBundleTest, AFolderOfSourcesIsTakenScrubbed) {
  const ScopedTempFolder folder;
  write_text(folder.path() / "src/t.py", "# by grace.hopper@example.org\n");
  Scrubber scrubber;
  FeedbackBundle bundle;

  ASSERT_DONE(bundle.add_from_disk("workload/", folder / "src", "a person", &scrubber));

  EXPECT_THAT(bundle.paths(), ElementsAre("workload/src/t.py"));
}

}  // namespace
}  // namespace faultline

#include "app/bundle/feedback_bundle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

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

/// The id of a process that is no more.
pid_t ended_process() {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  ::waitpid(pid, nullptr, 0);
  return pid;
}

TEST(FeedbackBundleTest, WhatAKilledCommandLeftIsSweptAndWhatALivingOneHasIsNot) {
  const ScopedTempFolder folder;
  const auto left = ".out.new-" + std::to_string(ended_process());
  const auto in_work = ".out.new-" + std::to_string(::getppid());
  write_text(folder.path() / left / "out/half.txt", "half");
  write_text(folder.path() / in_work / "out/half.txt", "half");
  write_text(folder.path() / ".other.new-1/x.txt", "another bundle's");
  FeedbackBundle bundle;
  bundle.add("a.txt", "text", "test");

  ASSERT_TRUE(publish_bundle(bundle, {folder / "out", false}, {}, {}).has_value());

  EXPECT_FALSE(std::filesystem::exists(folder / left));
  EXPECT_TRUE(std::filesystem::exists(folder / in_work));
  EXPECT_TRUE(std::filesystem::exists(folder / ".other.new-1/x.txt"));
}

TEST(FeedbackBundleTest, ABundleThatAKilledCommandHadMovedAwayComesBack) {
  const ScopedTempFolder folder;
  FeedbackBundle bundle;
  bundle.add("a.txt", "the older one", "test");
  ASSERT_TRUE(publish_bundle(bundle, {folder / "out", false}, {}, {}).has_value());
  std::filesystem::rename(folder / "out", folder / (".out.old-" + std::to_string(ended_process())));
  FeedbackBundle leaking;
  leaking.add("a.txt", "on rack-17 tonight", "test");

  ASSERT_FALSE(publish_bundle(leaking, {folder / "out", false}, {{"host name", "rack-17"}}, {}).has_value());

  ASSERT_VALUE(const auto text, read_file(folder.path() / "out/a.txt", 1000));
  EXPECT_EQ(text, "the older one");
}

TEST(FeedbackBundleTest, NamesInABundleArePlainAndStayInside) {
  const ScopedTempFolder folder;
  write_text(folder.path() / "in/sub/a\nb:c*.txt", "one");
  std::filesystem::create_symlink("/etc/passwd", folder.path() / "in/sub/link");
  FeedbackBundle bundle;

  ASSERT_DONE(bundle.add_from_disk("attachments/", folder.path() / "in/sub/../sub", "a person", nullptr));
  ASSERT_DONE(
      bundle.add_from_disk("attachments/", folder.path() / "in/sub/a\nb:c*.txt", "a person", nullptr));

  EXPECT_THAT(bundle.paths(), ElementsAre("attachments/a_b_c_.txt", "attachments/sub/a_b_c_.txt"));
}

TEST(FeedbackBundleTest, WhatCannotBeScrubbedIsRefusedWithTheReason) {
  const ScopedTempFolder folder;
  write_text(folder.path() / "wide.txt", std::string_view("\xff\xfeh\0i\0", 6));
  write_text(folder.path() / "binary.txt", std::string_view("some text and a\0 byte", 22));
  Scrubber scrubber;
  FeedbackBundle bundle;

  const auto wide = bundle.add_from_disk("workload/", folder / "wide.txt", "a person", &scrubber);
  const auto binary = bundle.add_from_disk("workload/", folder / "binary.txt", "a person", &scrubber);

  ASSERT_FALSE(wide.has_value());
  EXPECT_THAT(wide.error().text(), HasSubstr("is UTF-16"));
  ASSERT_FALSE(binary.has_value());
  EXPECT_THAT(binary.error().text(), HasSubstr("holds NUL bytes"));
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

#include "reports/privacy/leak_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "reports/formats/archive_file.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

std::size_t hits(std::string_view text, const LeakTarget& target) {
  LeakCheck check;
  EXPECT_TRUE(check_text_for_leaks("file", text, {target}, check));
  return check.hits.size();
}

void write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST(LeakCheckTest, FindsANameInEverySpelling) {
  const LeakTarget jane{"user name", "jos\xC3\xA9 doe", false};
  for (const std::string_view text :
       {"by Jos\xC3\xA9 Doe", "by JOSE\xCC\x81 DOE", "x/Jos%C3%A9%20Doe/y", R"(x/jos\u00e9\ doe/y)",
        R"(jos\303\251 doe)", "jos&#233; doe", "jos&#xE9;&#32;doe", "jos\xC3\xA9\n    doe",
        "jos\xC3\xA9\\_x jos\xC3\xA9\\ doe"}) {
    EXPECT_EQ(hits(text, jane), 1U) << text;
  }
}

TEST(LeakCheckTest, FindsUtf16) {
  using namespace std::string_literals;
  EXPECT_EQ(hits("x\0j\0a\0n\0e\0-\0y\0"s.insert(2, ".\0"s), {"user name", "jane", false}), 1U);
  EXPECT_EQ(hits("\0.\0j\0a\0n\0e\0-"s, {"user name", "jane", false}), 1U);
}

TEST(LeakCheckTest, ShortNamesCountAsWordsAndLongValuesAnywhere) {
  EXPECT_EQ(hits("janeiro", {"user name", "jane", false}), 0U);
  EXPECT_EQ(hits("jane_x", {"user name", "jane", false}), 1U);
  EXPECT_EQ(hits("xabcdefghijkl9x", {"token", "abcdefghijkl9", false}), 1U);
}

TEST(LeakCheckTest, GenericAccountsCountInPathsOnly) {
  EXPECT_EQ(hits("the test runner", {"user name", "runner", true}), 0U);
  EXPECT_EQ(hits("/Users/runner/x", {"user name", "runner", true}), 1U);
}

TEST(LeakCheckTest, LooksAtFileNamesAndInsideOfArchives) {
  const ScopedTempFolder folder;
  write(folder / "inner" / "a.txt", "by jane");
  ASSERT_TRUE(write_zip(folder / "one.zip", folder / "inner"));
  std::filesystem::remove_all(folder / "inner");
  write(folder / "jane.txt", "nothing");

  const auto check = check_for_leaks(folder.path(), {{"user name", "jane", false}});

  ASSERT_TRUE(check);
  ASSERT_EQ(check->hits.size(), 2U);
  EXPECT_EQ(check->hits[0].file, "jane.txt");
  EXPECT_EQ(check->hits[1].file, "one.zip/inner/a.txt");
  EXPECT_EQ(check->files, 3);
}

TEST(LeakCheckTest, RefusesWhatItCannotLookInto) {
  const ScopedTempFolder folder;
  std::filesystem::create_symlink("/etc/hostname", folder / "link");
  EXPECT_FALSE(check_for_leaks(folder.path(), {}));
}

TEST(ArchiveFileTest, TheSameFolderMakesTheSameZip) {
  const ScopedTempFolder folder;
  write(folder / "bundle" / "b.txt", "b");
  write(folder / "bundle" / "a" / "a.txt", std::string(100'000, 'a'));
  ASSERT_TRUE(write_zip(folder / "one.zip", folder / "bundle"));
  ASSERT_TRUE(write_zip(folder / "two.zip", folder / "bundle"));
  const auto read = [&](const char* name) {
    std::ifstream file(folder / name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };

  const auto one = read("one.zip");

  EXPECT_EQ(one, read("two.zip"));
  const auto members = read_archive(one);
  ASSERT_TRUE(members);
  ASSERT_EQ(members->size(), 2U);
  EXPECT_EQ((*members)[0].name, "bundle/a/a.txt");
  EXPECT_EQ((*members)[0].bytes.size(), 100'000U);
  EXPECT_EQ((*members)[1].bytes, "b");
}

TEST(ArchiveFileTest, TextIsNoArchiveAndADamagedOneIsAnError) {
  const ScopedTempFolder folder;
  write(folder / "bundle" / "a.txt", std::string(5000, 'x') + "yz");
  ASSERT_TRUE(write_zip(folder / "one.zip", folder / "bundle"));
  std::ifstream file(folder / "one.zip", std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});

  EXPECT_TRUE(read_archive("just text")->empty());
  EXPECT_TRUE(read_archive("")->empty());
  EXPECT_FALSE(read_archive(std::string_view(bytes).substr(0, 60)));
}

}  // namespace
}  // namespace faultline

#include "core/files/text_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using testing::HasSubstr;

std::size_t files_in(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.path().empty() ? 0 : 1;
  return count;
}

TEST(TextFileTest, WritesAndReadsEveryByte) {
  const ScopedTempFolder folder;
  std::string bytes = "a\0b\n\xff";
  for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i);

  for (const Durability durability : {Durability::cached, Durability::synced}) {
    ASSERT_TRUE(write_file_atomically(folder / "x.bin", bytes, durability));
    EXPECT_EQ(read_file(folder / "x.bin").value(), bytes);
  }
}

TEST(TextFileTest, ReplacesTheWholeFileAndLeavesNothingBeside) {
  const ScopedTempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", "a long first text"));
  ASSERT_TRUE(write_file_atomically(folder / "x", "short"));
  EXPECT_EQ(read_file(folder / "x").value(), "short");
  EXPECT_EQ(files_in(folder.path()), 1U);
}

TEST(TextFileTest, AnEmptyFileIsEmpty) {
  const ScopedTempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", ""));
  EXPECT_EQ(read_file(folder / "x").value(), "");
}

TEST(TextFileTest, WhatIsNoFileIsRefusedByName) {
  const ScopedTempFolder folder;
  const auto missing = read_file(folder / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::io);
  EXPECT_THAT(missing.error().text(), HasSubstr("missing: No such file"));

  const auto as_folder = read_file(folder.path());
  ASSERT_FALSE(as_folder);
  EXPECT_THAT(as_folder.error().text(), HasSubstr("is a folder"));
}

TEST(TextFileTest, AFifoIsRefusedAndNeverWaitedFor) {
  const ScopedTempFolder folder;
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0600), 0);
  const auto result = read_file(folder / "fifo");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::unsupported);
}

TEST(TextFileTest, FilesAboveTheLimitAreRefusedWithBothNumbers) {
  const ScopedTempFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", "12345"));
  EXPECT_TRUE(read_file(folder / "x", 5).has_value());
  const auto result = read_file(folder / "x", 4);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::unsupported);
  EXPECT_THAT(result.error().text(), HasSubstr("5 bytes, more than the limit of 4"));
}

TEST(TextFileTest, AFolderThatIsNotThereFailsAndLeavesNothing) {
  const ScopedTempFolder folder;
  const auto result = write_file_atomically(folder / "no/such/x", "text");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::io);
  EXPECT_EQ(files_in(folder.path()), 0U);
}

TEST(TextFileTest, AFailedRenameLeavesTheOldFileAndNoTemporary) {
  const ScopedTempFolder folder;
  // A folder that is not empty cannot be replaced by a file.
  std::filesystem::create_directories(folder / "target/inside");
  EXPECT_FALSE(write_file_atomically(folder / "target", "text"));
  EXPECT_TRUE(std::filesystem::is_directory(folder / "target/inside"));
  EXPECT_EQ(files_in(folder.path()), 1U);
}

}  // namespace
}  // namespace faultline

#include "collector/reporter/process/output_file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class OutputFileTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string text() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }

  ScopedTempFolder folder;
  std::filesystem::path path = folder / "stdout";
};

TEST_F(OutputFileTest, ShortOutputIsLeftAsItIs) {
  auto file = OutputFile::create(path, 10);
  ASSERT_TRUE(file);
  ASSERT_EQ(::write(file->fd(), "exactly twenty bytes", 20), 20);

  ASSERT_TRUE(file->finish());

  EXPECT_EQ(text(), "exactly twenty bytes");
}

TEST_F(OutputFileTest, OneByteMoreIsCutInTheMiddle) {
  auto file = OutputFile::create(path, 10);
  ASSERT_TRUE(file);
  ASSERT_EQ(::write(file->fd(), "exactly twentyX bytes", 21), 21);

  ASSERT_TRUE(file->finish());

  EXPECT_EQ(text(), "exactly tw\n[faultline: 1 bytes left out]\nntyX bytes");
}

TEST_F(OutputFileTest, GuardGivesTheDiskBackAndKeepsHeadAndTail) {
  constexpr std::uint64_t kLimit = 64 << 10;
  auto file = OutputFile::create(path, kLimit);
  ASSERT_TRUE(file);
  const std::string block(1 << 20, 'x');
  ASSERT_EQ(::write(file->fd(), "first", 5), 5);
  for (int i = 0; i < 32; ++i) ASSERT_EQ(::write(file->fd(), block.data(), block.size()), 1 << 20);
  ASSERT_EQ(::write(file->fd(), "last", 4), 4);

  EXPECT_EQ(file->guard(), (32ULL << 20) + 9);
  EXPECT_EQ(file->guard(), 0U);

  struct stat info{};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_LT(info.st_blocks * 512, 1 << 20);  // Of 32 MiB.
  ASSERT_TRUE(file->finish());
  EXPECT_THAT(text(), StartsWith("firstxxx"));
  EXPECT_THAT(text(), EndsWith("xxxlast"));
  EXPECT_THAT(text(), HasSubstr("[faultline: "));
}

TEST_F(OutputFileTest, MissingFolderIsAnError) {
  EXPECT_FALSE(OutputFile::create(folder / "no" / "stdout", 10));
}

}  // namespace
}  // namespace faultline

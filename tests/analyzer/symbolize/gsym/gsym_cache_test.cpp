#include "analyzer/symbolize/gsym/gsym_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "analyzer/symbolize/files/mapped_file.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class GsymCacheTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
    options_.folder = folder_ / "cache";
    options_.converter = fixtures::converter();
  }

  static SymbolSlice slice_of(const fs::path& path) {
    return read_symbol_slices(MappedFile::open(path)->bytes())->front();
  }

  /// The files of the cache with one extension.
  [[nodiscard]] std::vector<fs::path> cached(const std::string& extension) const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache")) {
      if (entry.path().extension() == extension && !entry.is_symlink()) files.push_back(entry.path());
    }
    return files;
  }

  Result<GsymFile> open(const fs::path& path, GsymContent content = GsymContent::dwarf) {
    return GsymCache(options_).open(path, slice_of(path), content, issues_);
  }

  /// Opens with a converter that cannot run: succeeds only from what is cached.
  Result<GsymFile> open_without_converter(const fs::path& path) {
    auto options = options_;
    options.converter = "/nonexistent/converter";
    return GsymCache(options).open(path, slice_of(path), GsymContent::dwarf, issues_);
  }

  ScopedTempFolder folder_;
  GsymCacheOptions options_;
  std::vector<Issue> issues_;
};

TEST_F(GsymCacheTest, AModuleIsConvertedOnceAndThenReadFromTheCache) {
  const auto& fixture = fixtures::shared_macho();

  ASSERT_TRUE(open(fixture.dwarf));
  const auto again = open_without_converter(fixture.dwarf);

  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->find({fixtures::nm(fixture.binary).at("_performEnqueueKernel")})->chain.front().function,
            "performEnqueueKernel");
  EXPECT_EQ(cached(".gsym").size(), 1U);
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(GsymCacheTest, ACopyOfTheFileElsewhereIsTheSameModule) {
  const auto& fixture = fixtures::shared_macho();
  fs::copy_file(fixture.dwarf, folder_ / "copy");

  ASSERT_TRUE(open(fixture.dwarf));

  EXPECT_TRUE(open_without_converter(folder_ / "copy"));
  EXPECT_EQ(cached(".gsym").size(), 1U);
}

TEST_F(GsymCacheTest, AChangedFileOfTheSameUuidIsConvertedAnew) {
  const auto& fixture = fixtures::shared_macho();
  std::string bytes = fixtures::read_bytes(fixture.dwarf);
  ASSERT_TRUE(open(fixture.dwarf));
  const auto at = bytes.find("performEnqueueKernel", bytes.find("__debug_str"));
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, 7, "PERFORM");
  fixtures::write_bytes(folder_ / "changed", bytes);

  EXPECT_FALSE(open_without_converter(folder_ / "changed"));
  EXPECT_TRUE(open(folder_ / "changed"));
  EXPECT_EQ(cached(".gsym").size(), 2U);
}

TEST_F(GsymCacheTest, ADamagedCacheFileIsNoticedAndMadeAnew) {
  const auto& fixture = fixtures::shared_macho();
  ASSERT_TRUE(open(fixture.dwarf));
  const fs::path file = cached(".gsym").at(0);
  const std::string whole = fixtures::read_bytes(file);
  for (const std::size_t at : {std::size_t{5}, whole.size() / 2, whole.size() - 70, whole.size() - 1}) {
    SCOPED_TRACE(at);
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    fixtures::write_bytes(file, bytes);
    issues_.clear();

    const auto opened = open(fixture.dwarf);

    ASSERT_TRUE(opened) << opened.error().text();
    ASSERT_EQ(issues_.size(), 1U);
    EXPECT_EQ(issues_[0].path, file.string());
    EXPECT_EQ(fixtures::read_bytes(file), whole) << "made anew, byte for byte";
  }
}

TEST_F(GsymCacheTest, ThatAFileWasWholeIsRememberedOnceItsStampCanBeTrusted) {
  const auto& fixture = fixtures::shared_macho();
  options_.settled_after = std::chrono::hours(1);
  ASSERT_TRUE(open(fixture.dwarf));
  ASSERT_TRUE(open(fixture.dwarf));
  fs::path record = cached(".gsym").at(0);
  record.replace_extension(".whole");
  EXPECT_FALSE(fs::is_symlink(record)) << "written twice within the clock's grain, it would look the same";

  options_.settled_after = std::chrono::milliseconds(0);
  ASSERT_TRUE(open(fixture.dwarf));
  ASSERT_TRUE(fs::is_symlink(record));
  const auto state = fs::read_symlink(record);
  fixtures::write_bytes(cached(".gsym").at(0), fixtures::read_bytes(cached(".gsym").at(0)));
  ASSERT_TRUE(open(fixture.dwarf));
  EXPECT_NE(fs::read_symlink(record), state) << "rewritten, it was read whole again";
}

TEST_F(GsymCacheTest, AFileOfAnotherFormatVersionIsNotRead) {
  const auto& fixture = fixtures::shared_macho();
  ASSERT_TRUE(open(fixture.dwarf));
  const fs::path file = cached(".gsym").at(0);
  std::string bytes = fixtures::read_bytes(file);
  bytes[bytes.size() - 72] = 99;
  fixtures::write_bytes(file, bytes);

  const auto opened = GsymFile::open(file, fixture.uuid);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().text(), "format 99, this program reads 1");
}

TEST_F(GsymCacheTest, AFileOfAnotherUuidIsNotRead) {
  const auto& fixture = fixtures::shared_macho();
  ASSERT_TRUE(open(fixture.dwarf));

  const auto opened = GsymFile::open(cached(".gsym").at(0), Uuid::random());

  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("belongs to another UUID"));
}

TEST_F(GsymCacheTest, AConversionThatFailsForItsDataIsRememberedWithItsReason) {
  const auto& fixture = fixtures::shared_macho();
  std::string bytes = fixtures::read_bytes(fixture.dwarf);
  const SymbolSlice slice = slice_of(fixture.dwarf);
  // The header survives, so the file passes for this module; a load command of size 0 stops LLVM.
  const std::uint32_t first_command_size = static_cast<std::uint8_t>(bytes[36]);
  bytes.replace(32 + first_command_size + 4, 4, std::string(4, '\0'));
  fixtures::write_bytes(folder_ / "damaged", bytes);

  const auto first = GsymCache(options_).open(folder_ / "damaged", slice, GsymContent::dwarf, issues_);
  auto options = options_;
  options.converter = "/nonexistent/converter";
  const auto second = GsymCache(options).open(folder_ / "damaged", slice, GsymContent::dwarf, issues_);

  ASSERT_FALSE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(first.error().kind(), ErrorKind::symbols);
  EXPECT_EQ(second.error().text(), first.error().text()) << "no second attempt";
  EXPECT_EQ(cached(".failed").size(), 1U);
}

TEST_F(GsymCacheTest, AFailureOfTheMachineIsNotRemembered) {
  const auto& fixture = fixtures::shared_macho();

  const auto failed = open_without_converter(fixture.dwarf);

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::process);
  EXPECT_TRUE(open(fixture.dwarf));
}

TEST_F(GsymCacheTest, AConverterThatDoesNotEndIsStopped) {
  const auto& fixture = fixtures::shared_macho();
  fixtures::write_bytes(folder_ / "slow", "#!/bin/sh\nsleep 600 & sleep 600\n");
  fs::permissions(folder_ / "slow", fs::perms::owner_all);
  options_.converter = folder_ / "slow";
  options_.conversion.time = std::chrono::milliseconds(50);

  const auto opened = open(fixture.dwarf);

  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("not done within 1 s"));
}

#ifndef FAULTLINE_SANITIZED  // Sanitizers reserve terabytes of address space: the limit is off under them.
TEST_F(GsymCacheTest, AConversionBeyondItsMemoryIsAnError) {
  const auto& fixture = fixtures::shared_macho();
  options_.conversion.memory_bytes = 4U << 20;

  EXPECT_FALSE(open(fixture.dwarf)) << "4 MiB hold not even the program";
  options_.conversion.memory_bytes = 4ULL << 30;
  fs::remove_all(options_.folder);
  EXPECT_TRUE(open(fixture.dwarf));
}
#endif

TEST_F(GsymCacheTest, AConverterThatCrashesIsAnError) {
  const auto& fixture = fixtures::shared_macho();
  fixtures::write_bytes(folder_ / "crash", "#!/bin/sh\nkill -SEGV $$\n");
  fs::permissions(folder_ / "crash", fs::perms::owner_all);
  options_.converter = folder_ / "crash";

  const auto opened = open(fixture.dwarf);

  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().text(), HasSubstr("died of signal 11"));
}

TEST_F(GsymCacheTest, WhatWasUsedLongestAgoGoesWhenTheCacheOutgrowsItsLimit) {
  const auto& first = fixtures::shared_macho();
  const auto& second = fixtures::shared_macho({"x86_64", {}, {}, {}});
  const auto& third = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=4"});
  ASSERT_TRUE(open(first.dwarf));
  ASSERT_TRUE(open(second.dwarf));
  const auto now = fs::file_time_type::clock::now();
  std::uint64_t size = 0;
  for (const auto& file : cached(".gsym")) {
    const bool is_first = file.string().find(first.uuid.text()) != std::string::npos;
    fs::last_write_time(file, now - std::chrono::hours(is_first ? 3 : 30));
    size += fs::file_size(file);
  }
  // A hit marks the file as used; the other one is now the oldest.
  ASSERT_TRUE(open(first.dwarf));
  options_.limit_bytes = size + size * 2 / 5;  // Room for two and a bit; trimming goes down to four fifths.

  ASSERT_TRUE(open(third.dwarf));

  EXPECT_TRUE(open_without_converter(first.dwarf));
  EXPECT_TRUE(open_without_converter(third.dwarf));
  EXPECT_FALSE(open_without_converter(second.dwarf));
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "cache")) {
    EXPECT_TRUE(fs::exists(entry.path())) << "a link without its target: " << entry.path();
  }
}

TEST_F(GsymCacheTest, SeveralProcessesConvertOneModuleOnce) {
  const auto& fixture = fixtures::shared_macho();
  // Each conversion leaves a line in the log.
  fixtures::write_bytes(folder_ / "logged", "#!/bin/sh\necho x >> '" + (folder_ / "log").string() +
                                                "'\nexec '" + fixtures::converter().string() + "' \"$@\"\n");
  fs::permissions(folder_ / "logged", fs::perms::owner_all);
  options_.converter = folder_ / "logged";

  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(open(fixture.dwarf) ? 0 : 1);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }

  EXPECT_EQ(fixtures::read_bytes(folder_ / "log"), "x\n");
  EXPECT_EQ(cached(".gsym").size(), 1U);
}

TEST_F(GsymCacheTest, WithoutAFolderTheCacheIsTemporary) {
  const auto& fixture = fixtures::shared_macho();
  options_.folder.clear();

  EXPECT_TRUE(open(fixture.dwarf));
}

TEST_F(GsymCacheTest, AModuleThatNamesNothingIsCachedAsSuch) {
  // A stripped C library: no symbols, no classes.
  fixtures::write_bytes(folder_ / "quiet.c",
                        "static int f(int n) { return n * 3; }\nint (*volatile keep)(int) = f;\n");
  fixtures::shell(
      "cd '" + folder_.path().string() +
      "' && clang-19 -target arm64-apple-macos15 -fvisibility=hidden -O1 -c quiet.c -o quiet.o && "
      "ld64.lld-19 -arch arm64 -platform_version macos 15.0 15.0 -dylib -undefined dynamic_lookup -o quiet "
      "quiet.o && "
      "llvm-strip-19 quiet");

  const auto opened = open(folder_ / "quiet", GsymContent::symbols);

  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_TRUE(opened->empty());
  EXPECT_FALSE(opened->find({0x4000}));
}

}  // namespace
}  // namespace faultline

#include "app/ingest/image_archiver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/files/symbol_slice.h"
#include "core/process/this_program.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/stored_night.h"

namespace faultline {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class NotingObserver final : public RunObserver {
 public:
  std::vector<std::string> notes;
  void noted(std::string_view message) override { notes.emplace_back(message); }
};

CrashReport report_of(const std::filesystem::path& path) {
  CrashReport report;
  Image image;
  image.uuid = uuid_of(0xd1);
  image.name = path.filename().string();
  image.path = path.string();
  report.images = {image};
  return report;
}

TEST(ImageArchiverTest, WithoutPatternsNothingIsKept) {
  const ScopedTempFolder folder;
  write_text(folder / "AGXMetalG16X", "x");
  NotingObserver observer;
  ImageArchiver archiver({}, SymbolArchive(folder / "archive"), observer);

  archiver.keep(report_of(folder / "AGXMetalG16X"));

  EXPECT_FALSE(std::filesystem::exists(folder / "archive"));
}

TEST(ImageArchiverTest, AFileOfAnotherBuildIsNotKept) {
  const ScopedTempFolder folder;
  std::filesystem::copy_file(this_program(), folder / "AGXMetalG16X");
  NotingObserver observer;
  SymbolArchive archive(folder / "archive");
  ImageArchiver archiver({"AGX*"}, archive, observer);

  archiver.keep(report_of(folder / "AGXMetalG16X"));

  EXPECT_TRUE(archive.list().empty());
}

TEST(ImageArchiverTest, AnArchiveThatCannotBeWrittenEndsNoRun) {
  const ScopedTempFolder folder;
  write_text(folder / "archive", "a file where the archive should be");
  std::filesystem::copy_file(this_program(), folder / "model");
  SymbolArchive probe(folder / "probe");
  ASSERT_VALUE(const auto added, probe.add(folder / "model"));
  if (added.added.empty()) GTEST_SKIP() << "this program has no build-id";
  CrashReport report = report_of(folder / "model");
  report.images[0].uuid = added.added[0].slice.uuid;
  NotingObserver observer;
  ImageArchiver archiver({"mod?l"}, SymbolArchive(folder / "archive"), observer);

  archiver.keep(report);
  archiver.keep(report);

  EXPECT_THAT(observer.notes, ElementsAre(HasSubstr("Could not archive")));
}

TEST(ImageArchiverTest, WhatIsNotOnDiskIsKeptOutOfTheSharedCache) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const ScopedTempFolder folder;
  const auto& dylib = fixtures::shared_dylibs()[1];
  fixtures::write_cache(folder / "dyld", fixtures::shared_dylibs(), {});
  CrashReport report = report_of("/System/Library/Frameworks/Metal.framework/Versions/A/Metal");
  report.images[0].uuid = read_symbol_slices(dylib.bytes)->front().uuid;
  NotingObserver observer;
  SymbolArchive archive(folder / "archive");
  ImageArchiver archiver({"Metal"}, archive, observer, {folder / "dyld"});

  archiver.keep(report);

  ASSERT_EQ(archive.list().size(), 1U);
  EXPECT_EQ(archive.list()[0].name, "Metal");
  EXPECT_THAT(observer.notes, ElementsAre(HasSubstr("dyld_shared_cache_arm64: " + dylib.path)));
}

}  // namespace
}  // namespace faultline

// Images of shared caches where reports are read: kept in the archive, given with --symbols, found on the
// system.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/symbolize/archive/symbol_archive.h"
#include "analyzer/symbolize/archive/symbol_finder.h"
#include "analyzer/symbolize/disassembly.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto kMetal = "/System/Library/Frameworks/Metal.framework/Versions/A/Metal";
constexpr auto kIogpu = "/System/Library/PrivateFrameworks/IOGPU.framework/Versions/A/IOGPU";
constexpr auto kCommit = "-[MTLCommandQueue commit:options:]";

class SharedCacheImagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
    written_ = fixtures::write_cache(folder_ / "dyld", fixtures::shared_dylibs(), recipe());
    for (const auto& dylib : fixtures::shared_dylibs()) {
      dylibs_[dylib.path] = dylib.bytes;
      fixtures::write_bytes(folder_ / "dylibs" / fs::path(dylib.path).filename(), dylib.bytes);
    }
  }

  /// As a Mac has it: local symbols are nowhere.
  static fixtures::CacheRecipe recipe() {
    fixtures::CacheRecipe recipe;
    recipe.with_symbols = false;
    return recipe;
  }

  [[nodiscard]] Uuid uuid_of(const std::string& path) const {
    return *read_symbol_slices(dylibs_.at(path))->front().uuid;
  }

  /// Where `function` begins in the image, by the dylib's own symbols.
  [[nodiscard]] std::uint64_t offset_of(const std::string& path, const std::string& function) const {
    return fixtures::nm(folder_ / "dylibs" / fs::path(path).filename()).at(function);
  }

  /// A report from a process that the cache was slid for: only image and offset say where a frame is.
  [[nodiscard]] CrashReport report(const std::string& path, std::vector<std::uint64_t> offsets) const {
    Image image;
    image.uuid = uuid_of(path);
    image.base = {0x19a640000};
    image.size_bytes = 0x4000;
    image.source = "P";
    image.name = fs::path(path).filename().string();
    image.path = path;
    return fixtures::report_of(image, offsets);
  }

  SymbolizeOptions options() const {
    SymbolizeOptions options;
    options.archive_folder = archive_.folder();
    options.cache_folder = folder_ / "gsym";
    options.converter = fixtures::converter();
    options.use_system_places = false;
    return options;
  }

  WantedImages wanted(std::initializer_list<const char*> paths) const {
    WantedImages wanted;
    for (const auto* path : paths) wanted.uuids.insert(uuid_of(path));
    return wanted;
  }

  ScopedTempFolder folder_;
  fixtures::WrittenCache written_;
  std::map<std::string, std::string> dylibs_;
  SymbolArchive archive_{folder_ / "archive"};
};

TEST_F(SharedCacheImagesTest, TheArchiveKeepsWhatReportsNameAndNothingElse) {
  const auto added = archive_.add(folder_ / "dyld", wanted({kMetal}));
  const auto again = archive_.add(written_.main_file, wanted({kMetal}));

  ASSERT_TRUE(added) << added.error().text();
  EXPECT_THAT(added->issues, IsEmpty());
  ASSERT_THAT(added->caches, SizeIs(1));
  EXPECT_EQ(added->caches[0].images, 3U);
  EXPECT_EQ(added->caches[0].wanted, 1U);
  ASSERT_THAT(archive_.list(), SizeIs(1));
  const auto entry = archive_.list()[0];
  EXPECT_EQ(entry.name, "Metal");
  EXPECT_EQ(entry.slice.kind, SymbolFileKind::shared_cache);
  EXPECT_EQ(entry.slice.uuid, uuid_of(kMetal));
  EXPECT_EQ(entry.slice.version, "368.12.0");
  EXPECT_EQ(entry.origin, written_.main_file.string() + ": " + kMetal);
  EXPECT_THAT(again->added, IsEmpty());
  EXPECT_THAT(again->present, SizeIs(1));
}

TEST_F(SharedCacheImagesTest, ImagesAreWantedByNameToo) {
  WantedImages by_name;
  by_name.patterns = {"IO*", "libobjc.?.dylib"};

  const auto added = archive_.add(folder_ / "dyld", by_name);
  const auto nothing = archive_.add(folder_ / "dyld");

  EXPECT_THAT(added->added, SizeIs(2));
  EXPECT_THAT(nothing->added, IsEmpty());
  EXPECT_EQ(nothing->caches[0].wanted, 0U);
}

TEST_F(SharedCacheImagesTest, OldReportsAreNamedAfterTheCacheHasGone) {
  ASSERT_TRUE(archive_.add(folder_ / "dyld", wanted({kMetal})));
  fs::remove_all(folder_ / "dyld");
  const auto commit = offset_of(kMetal, kCommit);

  const auto outcome =
      symbolize_report(report(kMetal, {commit + 4, offset_of(kMetal, "_MTLCreateQueue") + 8}), options());

  const auto& frames = outcome.report.threads[0].frames;
  EXPECT_EQ(frames[0].symbol, kCommit);
  EXPECT_EQ(frames[0].symbol_location, 4U);
  EXPECT_EQ(frames[0].symbol_source, SymbolOrigin::objc_metadata);
  EXPECT_EQ(frames[1].symbol, "MTLCreateQueue");
  EXPECT_EQ(frames[1].symbol_source, SymbolOrigin::symbol_table);
  EXPECT_EQ(outcome.images[0].place, SymbolPlace::archive);
  EXPECT_THAT(outcome.issues, IsEmpty());
}

TEST_F(SharedCacheImagesTest, LookupFindsAFunctionAtItsAddressInTheCache) {
  ASSERT_TRUE(archive_.add(folder_ / "dyld", wanted({kMetal, kIogpu})));

  const auto rows = archive_.lookup(kCommit);

  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].offset.value, offset_of(kMetal, kCommit));
  EXPECT_EQ(rows[0].address.value, written_.addresses.at(kMetal) + offset_of(kMetal, kCommit));
  EXPECT_THAT(archive_.lookup("-[MTLCommandQueue(Driver) driverBits]"), SizeIs(1));
  EXPECT_THAT(archive_.lookup("IOGPU::Queue::submit"), SizeIs(1));
}

TEST_F(SharedCacheImagesTest, InstructionsComeFromTheArchivedImage) {
  ASSERT_TRUE(archive_.add(folder_ / "dyld", wanted({kMetal})));
  SymbolFinder finder(symbol_places(options()));
  const auto commit = offset_of(kMetal, kCommit);

  const auto shown = disassemble_around(report(kMetal, {commit + 4}), 0, 0, finder);

  ASSERT_TRUE(shown) << shown.error().text();
  ASSERT_GE(shown->instructions.size(), 3U);
  for (const auto& instruction : shown->instructions) {
    const std::uint64_t offset = instruction.address.value - 0x19a640000;
    EXPECT_EQ(instruction.is_at, offset == commit + 4);
    const std::string bytes(instruction.bytes.begin(), instruction.bytes.end());
    EXPECT_EQ(bytes, dylibs_.at(kMetal).substr(offset, 4)) << "__TEXT stands at the start of the dylib";
  }
  EXPECT_EQ(shown->origin, archive_.find(uuid_of(kMetal)).at(0).path.string());
}

TEST_F(SharedCacheImagesTest, AGivenCacheNamesFramesWithoutAnArchive) {
  const auto commit = offset_of(kMetal, kCommit);
  for (const auto& place : {folder_ / "dyld", written_.main_file}) {
    SCOPED_TRACE(place);
    auto given = options();
    given.search_paths = {place};

    const auto outcome = symbolize_report(report(kMetal, {commit + 4}), given);

    EXPECT_EQ(outcome.report.threads[0].frames[0].symbol, kCommit);
    EXPECT_EQ(outcome.images[0].place, SymbolPlace::given);
    EXPECT_EQ(outcome.images[0].file, written_.main_file.string() + ": " + kMetal);
    EXPECT_THAT(outcome.issues, IsEmpty());
  }
}

TEST_F(SharedCacheImagesTest, TheArchiveGoesBeforeACacheAndTheCacheBeforeTheSystem) {
  const auto commit = offset_of(kMetal, kCommit);
  SymbolSources places;
  places.given = {folder_ / "dyld"};
  places.use_image_paths = true;
  places.cache_places = {folder_ / "dyld"};
  places.archive_folder = archive_.folder();
  ASSERT_TRUE(archive_.add(folder_ / "dyld", wanted({kMetal})));
  SymbolFinder finder(places);
  std::vector<Issue> issues;

  const auto found = finder.find(report(kMetal, {commit}).images[0], issues);

  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].place, SymbolPlace::archive);
  EXPECT_EQ(found[1].place, SymbolPlace::given);
  EXPECT_EQ(found[2].place, SymbolPlace::shared_cache);
  EXPECT_THAT(issues, IsEmpty());
}

TEST_F(SharedCacheImagesTest, AnotherBuildIsRefusedAndBothAreNamed) {
  auto of_other = report(kMetal, {offset_of(kMetal, kCommit) + 4});
  of_other.images[0].uuid = Uuid::parse("0ce453ff-0000-3000-8000-000000000001");
  auto given = options();
  given.search_paths = {folder_ / "dyld"};

  const auto outcome = symbolize_report(of_other, given);

  EXPECT_FALSE(outcome.report.threads[0].frames[0].symbol);
  ASSERT_THAT(outcome.issues, SizeIs(1));
  EXPECT_EQ(outcome.issues[0].path, written_.main_file.string());
  EXPECT_EQ(outcome.issues[0].message,
            "refused: holds " + uuid_of(kMetal).text() +
                ", but Metal in the report is 0ce453ff-0000-3000-8000-000000000001");
}

TEST_F(SharedCacheImagesTest, AnAddressWithoutAnImageIsNotGuessedToLieInTheCache) {
  auto without_image = report(kMetal, {0});
  auto& frame = without_image.threads[0].frames[0];
  frame.image_index.reset();
  frame.address = RuntimeAddress{written_.addresses.at(kMetal) + offset_of(kMetal, kCommit) + 4};
  auto given = options();
  given.search_paths = {folder_ / "dyld"};

  const auto outcome = symbolize_report(without_image, given);

  EXPECT_EQ(outcome.report, without_image);
}

TEST_F(SharedCacheImagesTest, ADamagedCacheIsOneIssueAndGivesWhatItStillHas) {
  fs::remove(written_.files[1]);  // `.01`: the code of every second image.
  WantedImages all;
  all.patterns = {"*"};

  const auto added = archive_.add(folder_ / "dyld", all);

  ASSERT_TRUE(added);
  EXPECT_THAT(added->added, SizeIs(2));
  ASSERT_THAT(added->issues, SizeIs(1));
  EXPECT_EQ(added->issues[0].path, written_.main_file.string());
  EXPECT_THAT(added->issues[0].message, HasSubstr("sub-cache .01"));
  EXPECT_THAT(added->issues[0].message, HasSubstr(kMetal));
}

TEST_F(SharedCacheImagesTest, PartsWithoutTheirMainFileAreOneIssue) {
  fs::remove(written_.main_file);

  const auto added = archive_.add(folder_ / "dyld");
  const auto part = archive_.add(written_.files[1]);

  ASSERT_THAT(added->issues, SizeIs(1));
  EXPECT_THAT(added->issues[0].message, HasSubstr("main file"));
  ASSERT_THAT(part->issues, SizeIs(1));
  EXPECT_THAT(part->issues[0].message, HasSubstr("name its folder"));
  EXPECT_FALSE(fs::exists(archive_.folder()));
}

TEST_F(SharedCacheImagesTest, TheDevelopmentCacheOfAUniversalOneFindsItsParts) {
  std::string bytes = fixtures::read_bytes(written_.main_file);
  bytes[104] = 2;  // dyld_cache_header.cacheType: universal
  fs::remove(written_.main_file);
  fixtures::write_bytes(written_.main_file.string() + ".development", bytes);

  const auto added = archive_.add(folder_ / "dyld", wanted({kMetal, kIogpu}));

  EXPECT_THAT(added->issues, IsEmpty());
  EXPECT_THAT(added->added, SizeIs(2));
}

}  // namespace
}  // namespace faultline

#include "analyzer/symbolize/archive/symbol_archive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyzer/symbolize/symbolize_report.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using fixtures::MachRecipe;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SymbolArchiveTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  }

  ScopedTempFolder folder_;
  SymbolArchive archive_{folder_ / "archive"};
};

TEST_F(SymbolArchiveTest, KeepsWhatAFolderHoldsAndFindsItByUuid) {
  const auto& fixture = fixtures::shared_macho();

  const auto added = archive_.add(fixture.folder);

  ASSERT_TRUE(added) << added.error().text();
  // The binary, its stripped copy and the dSYM; the .o files have no UUID.
  EXPECT_THAT(added->added, SizeIs(3));
  EXPECT_THAT(added->issues, SizeIs(2));
  const auto found = archive_.find(fixture.uuid);
  ASSERT_THAT(found, SizeIs(3));
  EXPECT_EQ(found[0].slice.kind, SymbolFileKind::dsym) << "DWARF first";
  EXPECT_EQ(found[0].name, "AGXMetalG16X");
  EXPECT_EQ(found[0].slice.arch, "arm64");
  EXPECT_EQ(found[0].origin, fixture.dwarf.string());
  EXPECT_EQ(found[1].slice.version, "341.11.0");
}

TEST_F(SymbolArchiveTest, TheSameSliceIsStoredOnceWhicheverFileItCameIn) {
  const auto& arm = fixtures::shared_macho();
  const auto& intel = fixtures::shared_macho({"x86_64", {}, {}, {}});
  fixtures::make_fat({arm.binary, intel.binary}, folder_ / "fat/AGXMetalG16X");

  const auto fat = archive_.add(folder_ / "fat/AGXMetalG16X");
  const auto thin = archive_.add(arm.binary);
  const auto again = archive_.add(folder_ / "fat");

  EXPECT_THAT(fat->added, SizeIs(2));
  EXPECT_THAT(thin->added, IsEmpty());
  EXPECT_THAT(thin->present, SizeIs(1));
  EXPECT_THAT(again->present, SizeIs(2));
  EXPECT_THAT(archive_.list(), SizeIs(2));
  EXPECT_EQ(fixtures::read_bytes(archive_.find(arm.uuid).at(0).path), fixtures::read_bytes(arm.binary));
}

TEST_F(SymbolArchiveTest, OldReportsStayReadableAfterTheFilesHaveGone) {
  const auto& fixture = fixtures::shared_macho();
  const auto kernel = fixtures::nm(fixture.binary).at("_performEnqueueKernel");
  fs::copy(fixture.dsym, folder_ / "AGXMetalG16X.dSYM", fs::copy_options::recursive);
  ASSERT_TRUE(archive_.add(folder_ / "AGXMetalG16X.dSYM"));
  fs::remove_all(folder_ / "AGXMetalG16X.dSYM");
  SymbolizeOptions options;
  options.archive_folder = archive_.folder();
  options.converter = fixtures::converter();
  options.use_system_places = false;

  const auto outcome =
      symbolize_report(fixtures::report_of(fixtures::image_of(fixture), {kernel + 4}), options);

  EXPECT_EQ(outcome.report.threads[0].frames.back().symbol, "performEnqueueKernel");
  EXPECT_EQ(outcome.images[0].place, SymbolPlace::archive);
}

TEST_F(SymbolArchiveTest, OfAnImageOnDiskOnlyTheReportedBuildIsKept) {
  const auto& reported = fixtures::shared_macho();
  const auto& updated = fixtures::shared_macho({"arm64", {}, {}, "-DLIMIT=4"});
  const Image image = fixtures::image_of(reported);

  const auto of_other = archive_.add_image(updated.binary, image);
  const auto of_absent = archive_.add_image("/System/Library/no/such/driver", image);
  const auto of_same = archive_.add_image(reported.binary, image);

  ASSERT_TRUE(of_other && of_absent && of_same);
  EXPECT_FALSE(of_other->has_value());
  EXPECT_FALSE(of_absent->has_value());
  ASSERT_TRUE(of_same->has_value());
  EXPECT_EQ((*of_same)->slice.uuid, reported.uuid);
  EXPECT_THAT(archive_.list(), SizeIs(1));
}

TEST_F(SymbolArchiveTest, LookupGivesANamesAddressInEveryBuildAndSlice) {
  const auto& arm = fixtures::shared_macho();
  const auto& intel = fixtures::shared_macho({"x86_64", {}, {}, {}});
  fixtures::make_fat({arm.stripped, intel.stripped}, folder_ / "fat/AGXMetalG16X");
  ASSERT_TRUE(archive_.add(folder_ / "fat"));
  ASSERT_TRUE(archive_.add(arm.binary));
  const std::string method = "-[AGXG16XFamilyComputeContext setComputePipelineState:]";

  const auto rows = archive_.lookup(method);

  ASSERT_THAT(rows, SizeIs(2)) << "one per build: the stripped and the whole arm64 file are one build";
  for (const auto& row : rows) {
    const auto& fixture = row.entry.slice.arch == "arm64" ? arm : intel;
    EXPECT_EQ(row.address.value, fixtures::nm(fixture.binary).at(method));
    EXPECT_EQ(row.offset.value, row.address.value);
    EXPECT_GT(row.size_bytes, 0U);
    EXPECT_EQ(row.function, method);
  }
}

TEST_F(SymbolArchiveTest, LookupTakesReadableNamesWithAndWithoutParametersAndLinkageNames) {
  const auto& fixture = fixtures::shared_macho();
  ASSERT_TRUE(archive_.add(fixture.binary));
  const auto address =
      fixtures::nm(fixture.binary).at("__ZN3AGX14ComputeContextINS_8EncodersEE17prepareForEnqueueEb");

  for (const auto* name : {"AGX::ComputeContext<AGX::Encoders>::prepareForEnqueue(bool)",
                           "AGX::ComputeContext<AGX::Encoders>::prepareForEnqueue",
                           "_ZN3AGX14ComputeContextINS_8EncodersEE17prepareForEnqueueEb"}) {
    SCOPED_TRACE(name);
    const auto rows = archive_.lookup(name);
    ASSERT_THAT(rows, SizeIs(1));
    EXPECT_EQ(rows[0].address.value, address);
  }
  EXPECT_THAT(archive_.lookup("prepareForEnqueue"), IsEmpty());
}

TEST_F(SymbolArchiveTest, AnEmptyArchiveAndAMissingPathAreOrdinary) {
  EXPECT_THAT(archive_.list(), IsEmpty());
  EXPECT_THAT(archive_.find(Uuid::random()), IsEmpty());
  EXPECT_FALSE(fs::exists(archive_.folder()));
  const auto missing = archive_.add(folder_ / "missing");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind(), ErrorKind::io);
}

TEST(SymbolFoldersTest, FollowTheEnvironment) {
  if (default_gsym_cache_folder().empty()) GTEST_SKIP() << "no HOME";
  EXPECT_TRUE(default_gsym_cache_folder().is_absolute());
  EXPECT_NE(default_gsym_cache_folder(), default_symbol_archive_folder());
}

}  // namespace
}  // namespace faultline

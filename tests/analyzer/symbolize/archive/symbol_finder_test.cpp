#include "analyzer/symbolize/archive/symbol_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr const char* kInBundle = "AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X";

class SymbolFinderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  }

  /// The driver as reports name it, of the build that the fixture has.
  static Image driver() {
    Image image = fixtures::image_of(fixtures::shared_macho());
    image.path = std::string("/System/Library/Extensions/") + kInBundle;
    return image;
  }
  void put(const fs::path& place) const {
    fs::create_directories(place.parent_path());
    fs::copy_file(fixtures::shared_macho().binary, place);
  }

  ScopedTempFolder folder_;
  std::vector<Issue> issues_;
};

TEST_F(SymbolFinderTest, TheDriverIsFoundAmongWhatXcodeKeepsOfItsSystem) {
  const fs::path kept =
      folder_ / "DeviceSupport/15.7.3 (24G419)/Symbols/System/Library/Extensions" / kInBundle;
  put(kept);
  SymbolSources sources;
  sources.device_support_folder = folder_ / "DeviceSupport";

  const auto found = SymbolFinder(sources).find(driver(), issues_);

  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].place, SymbolPlace::device_support);
  EXPECT_EQ(found[0].path, kept);
}

TEST_F(SymbolFinderTest, TheDriverIsFoundInABundleOfItsBuild) {
  put(folder_ / "Extensions" / kInBundle);
  SymbolSources sources;
  sources.driver_folder = folder_ / "Extensions";

  const auto found = SymbolFinder(sources).find(driver(), issues_);

  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].place, SymbolPlace::driver_folder);
  EXPECT_THAT(issues_, IsEmpty());
}

TEST_F(SymbolFinderTest, ADriverWithoutAnyFileOfItsBuildIsSaid) {
  put(folder_ / "Extensions" / kInBundle);
  fs::create_directories(folder_ /
                         "Extensions/AGXMetalG13X.bundle/Contents");  // Its code is in the cache alone.
  SymbolSources sources;
  sources.driver_folder = folder_ / "Extensions";
  sources.device_support_folder = folder_ / "none";
  Image other = driver();
  other.uuid = Uuid::parse("00000000-0000-4000-8000-000000000001");

  EXPECT_THAT(SymbolFinder(sources).find(other, issues_), IsEmpty());

  ASSERT_THAT(issues_, SizeIs(1));
  EXPECT_THAT(issues_[0].message, HasSubstr("neither a driver bundle nor anything that Xcode keeps"));
}

}  // namespace
}  // namespace faultline

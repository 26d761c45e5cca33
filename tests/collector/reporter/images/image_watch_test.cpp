#include "collector/reporter/images/image_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace faultline {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr pid_t kCommand = 10;
constexpr pid_t kHelper = 11;

ImageWatch::Look gives(std::vector<std::string> images) {
  return [images = std::move(images)](pid_t) { return images; };
}

TEST(ImageWatchTest, OneThatIsSeenOnceStaysSeen) {
  std::vector<std::string> images{"prog", "libcuda.so.1"};
  ImageWatch watch("libcuda*", [&](pid_t) { return images; });
  watch.glance(kCommand);
  images = {"prog"};
  watch.look_at_end(kCommand, true);

  EXPECT_EQ(watch.seen(), true);
  EXPECT_FALSE(watch.is_looking());
}

TEST(ImageWatchTest, OnlyTheEndOfTheCommandSaysThatItWasMissing) {
  ImageWatch watch("libcuda*", gives({"prog"}));
  watch.glance(kCommand);
  EXPECT_EQ(watch.seen(), std::nullopt) << "it may still be loaded";
  watch.look_at_end(kHelper, false);
  EXPECT_EQ(watch.seen(), std::nullopt) << "a helper need not have it";
  watch.look_at_end(kCommand, true);
  EXPECT_EQ(watch.seen(), false);
}

TEST(ImageWatchTest, WhereNobodyMayLookNothingIsSaid) {
  ImageWatch watch("libcuda*", gives({}));
  watch.look_at_end(kCommand, true);
  EXPECT_EQ(watch.seen(), std::nullopt);
}

TEST(ImageWatchTest, WithoutAPatternNothingIsLookedFor) {
  ImageWatch watch("", [](pid_t) -> std::vector<std::string> {
    ADD_FAILURE() << "looked";
    return {};
  });
  watch.glance(kCommand);
  watch.look_at_end(kCommand, true);
  EXPECT_EQ(watch.seen(), std::nullopt);
}

#ifdef __linux__
TEST(MappedImagesTest, OurOwnLibrariesAreThere) {
  EXPECT_THAT(mapped_images(::getpid()), Contains(HasSubstr("libc")));
}
#endif

/// vmmap -w of a process on macOS 15, its lines shortened: a framework's image lies in the shared cache.
constexpr const char* kVmmap = R"(Process:         python3.12 [4711]
Path:            /opt/homebrew/*/python3.12
Load Address:    0x1045a8000

==== Non-writable regions for process 4711
REGION TYPE                    START - END         [ VSIZE  RSDNT  DIRTY   SWAP] PRT/MAX SHRMOD PURGE    REGION DETAIL
__TEXT                      1045a8000-1045ac000    [   16K    16K     0K     0K] r-x/r-x SM=COW          /opt/homebrew/bin/python3.12
__DATA_CONST                1045ac000-1045b0000    [   16K    16K     0K     0K] r--/rw- SM=COW          /opt/homebrew/bin/python3.12
__TEXT                      18a1b2000-18a1f6000    [  272K   272K     0K     0K] r-x/r-x SM=COW          /System/Library/Frameworks/Metal.framework/Versions/A/Metal
__TEXT                      1f2000000-1f2a00000    [  10.0M  6544K    0K     0K] r-x/r-x SM=COW          /System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X
__TEXT                      104900000-104904000    [   16K    16K     0K     0K] r-x/r-x SM=COW          /Users/USER/my tools/lib fix.dylib
mapped file                 104a00000-104a04000    [   16K    16K     0K     0K] r--/r-- SM=COW          /usr/share/zoneinfo/UTC
)";

TEST(MappedImagesTest, TheSystemsOwnListGivesTheImagesOfItsTextRegions) {
  EXPECT_THAT(images_in_vmmap(kVmmap), ElementsAre("AGXMetalG16X", "Metal", "lib fix.dylib", "python3.12"));
}

TEST(MappedImagesTest, ARefusalGivesNone) {
  EXPECT_THAT(
      images_in_vmmap("vmmap: cannot examine process 4711 because it no longer appears to be running.\n"),
      IsEmpty());
}

TEST(MappedImagesTest, APolledTrialThatLackedTheImageIsNotSeenAndNeverMissing) {
  ImageWatch watch("libfix*", [](pid_t) { return images_in_vmmap(kVmmap); });
  for (int i = 0; i < 5; ++i) watch.glance(kCommand);
  EXPECT_EQ(watch.seen(), std::nullopt);

  ImageWatch found("AGXMetal*", [](pid_t) { return images_in_vmmap(kVmmap); });
  found.glance(kCommand);
  EXPECT_EQ(found.seen(), true);
}

}  // namespace
}  // namespace faultline

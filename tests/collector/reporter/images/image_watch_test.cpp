#include "collector/reporter/images/image_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/support/recorded_vmmap.h"

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

TEST(MappedImagesTest, TheSystemsOwnListGivesTheImagesOfItsTextRegions) {
  EXPECT_THAT(images_in_vmmap(kRecordedVmmap),
              ElementsAre("AGXMetalG16X", "Metal", "lib fix.dylib", "python3.12"));
}

TEST(MappedImagesTest, ARefusalGivesNone) {
  EXPECT_THAT(
      images_in_vmmap("vmmap: cannot examine process 4711 because it no longer appears to be running.\n"),
      IsEmpty());
}

TEST(MappedImagesTest, APolledTrialThatLackedTheImageIsNotSeenAndNeverMissing) {
  ImageWatch watch("libfix*", [](pid_t) { return images_in_vmmap(kRecordedVmmap); });
  for (int i = 0; i < 5; ++i) watch.glance(kCommand);
  EXPECT_EQ(watch.seen(), std::nullopt);

  ImageWatch found("AGXMetal*", [](pid_t) { return images_in_vmmap(kRecordedVmmap); });
  found.glance(kCommand);
  EXPECT_EQ(found.seen(), true);
}

}  // namespace
}  // namespace faultline

#include "analyzer/symbolize/image_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faultline {
namespace {

Image image_at(std::uint64_t base, std::uint64_t size_bytes) {
  Image image;
  image.base = {base};
  image.size_bytes = size_bytes;
  image.source = "P";
  return image;
}

TEST(ImageMapTest, LastByteBelongsToTheImageAndTheNextDoesNot) {
  std::vector<Issue> issues;
  const std::vector<Image> images{image_at(0x1000, 0x100), image_at(0x5000, 0x10)};

  const auto map = ImageMap::build(images, issues);

  EXPECT_EQ(map.find({0x10ff})->image_index, 0U);
  EXPECT_EQ(map.find({0x10ff})->offset.value, 0xffU);
  EXPECT_FALSE(map.find({0x1100}));
  EXPECT_FALSE(map.find({0xfff}));
  EXPECT_EQ(map.find({0x5000})->image_index, 1U);
  EXPECT_TRUE(issues.empty());
}

TEST(ImageMapTest, AnImageMayEndAtTheTopOfMemoryButNotBeyond) {
  std::vector<Issue> issues;
  const std::vector<Image> images{image_at(0xfffffffffffff000, 0x1000), image_at(0xffffffffffffe000, 0x3000)};

  const auto map = ImageMap::build(images, issues);

  EXPECT_EQ(map.find({UINT64_MAX})->image_index, 0U);
  EXPECT_FALSE(map.find({0xffffffffffffe000}));
  ASSERT_EQ(issues.size(), 1U);
  EXPECT_EQ(issues[0].path, "/usedImages/1");
}

TEST(ImageMapTest, OfTwoThatOverlapTheFirstListedWins) {
  std::vector<Issue> issues;
  const std::vector<Image> images{image_at(0x2000, 0x1000), image_at(0x1800, 0x1000), image_at(0x2fff, 1),
                                  image_at(0x3000, 0x10)};

  const auto map = ImageMap::build(images, issues);

  EXPECT_EQ(map.find({0x2000})->image_index, 0U);
  EXPECT_FALSE(map.find({0x1900}));
  EXPECT_EQ(map.find({0x3000})->image_index, 3U);
  ASSERT_EQ(issues.size(), 2U);
  EXPECT_EQ(issues[0].message, "overlaps image 0, which is listed first");
}

TEST(ImageMapTest, EmptyImagesAndTheAbsolutePseudoImageCoverNothing) {
  std::vector<Issue> issues;
  std::vector<Image> images{image_at(0x1000, 0), image_at(0, UINT64_MAX)};
  images[1].source = "A";

  const auto map = ImageMap::build(images, issues);

  EXPECT_FALSE(map.find({0x1000}));
  EXPECT_TRUE(issues.empty());
}

}  // namespace
}  // namespace faultline

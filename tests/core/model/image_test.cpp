#include "core/model/image.h"

#include <gtest/gtest.h>

#include <set>

namespace faultline {
namespace {

constexpr const char* kText = "0ce453ff-4c6d-3a5b-9e80-1f2a3b4c5d6e";

TEST(UuidTest, IsReadInEachForm) {
  const auto uuid = Uuid::parse(kText);
  ASSERT_TRUE(uuid.has_value());
  EXPECT_EQ(uuid->text(), kText);
  EXPECT_EQ(uuid->upper_text(), "0CE453FF-4C6D-3A5B-9E80-1F2A3B4C5D6E");
  EXPECT_EQ(Uuid::parse("0CE453FF4C6D3A5B9E801F2A3B4C5D6E"), uuid);
  EXPECT_EQ(uuid->bytes()[0], 0x0c);
  EXPECT_EQ(uuid->bytes()[15], 0x6e);
}

TEST(UuidTest, AnythingElseIsNone) {
  for (const char* text :
       {"", "0ce453ff", "0ce453ff-4c6d-3a5b-9e80-1f2a3b4c5d6", "0ce453ff-4c6d-3a5b-9e80-1f2a3b4c5d6e0",
        "0ce453ff-4c6d-3a5b-9e80-1f2a3b4c5d6g", "{0ce453ff-4c6d-3a5b-9e80-1f2a3b4c5d6e}"}) {
    EXPECT_EQ(Uuid::parse(text), std::nullopt) << text;
  }
}

TEST(UuidTest, ZeroIsToldFromOthers) {
  EXPECT_TRUE(Uuid().is_zero());
  EXPECT_TRUE(Uuid::parse("00000000-0000-0000-0000-000000000000")->is_zero());
  EXPECT_FALSE(Uuid::parse(kText)->is_zero());
}

TEST(UuidTest, RandomOnesDifferAndSayTheirVersion) {
  std::set<Uuid> seen;
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = Uuid::random();
    EXPECT_EQ(uuid.bytes()[6] >> 4, 4);
    EXPECT_EQ(uuid.bytes()[8] >> 6, 2);
    seen.insert(uuid);
  }
  EXPECT_EQ(seen.size(), 1000U);
}

TEST(ImageTest, IsShownByTheBestNameThereIs) {
  Image image;
  EXPECT_EQ(image.display_name(), "???");
  image.path = "/System/Library/Extensions/AGXMetalG16X.bundle/Contents/MacOS/AGXMetalG16X";
  EXPECT_EQ(image.display_name(), "AGXMetalG16X");
  image.name = "AGX";
  EXPECT_EQ(image.display_name(), "AGX");
  image.name = "";
  image.path = "/ends/with/slash/";
  EXPECT_EQ(image.display_name(), "???");
}

TEST(AddressTest, OffsetsAreDifferencesThatWrapAround) {
  const RuntimeAddress base{0xfffffffffffff000ULL};
  const RuntimeAddress address = base + ImageOffset{0x2000};
  EXPECT_EQ(address.value, 0x1000U);
  EXPECT_EQ((address - base).value, 0x2000U);
}

TEST(AddressTest, PointerAuthenticationIsStrippedAndHeapAddressesStay) {
  EXPECT_EQ(strip_pointer_authentication(0xd08f00010c9b2d10ULL), 0x00010c9b2d10ULL);
  EXPECT_EQ(strip_pointer_authentication(0x0000600001234560ULL), 0x0000600001234560ULL);
}

}  // namespace
}  // namespace faultline

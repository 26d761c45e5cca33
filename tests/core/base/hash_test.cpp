#include "core/base/hash.h"

#include <gtest/gtest.h>

namespace faultline {
namespace {

TEST(HashTest, KeysAreThoseOfXxh3OnEveryHost) {
  // The reference vectors of xxHash for empty input. Stores of different hosts are merged by these keys.
  EXPECT_EQ(hash64_hex(""), "2d06800538d394c2");
  EXPECT_EQ(hash128_hex(""), "99aa06d3014798d86001c324468d497f");
}

TEST(HashTest, EachByteCounts) {
  EXPECT_NE(hash64("ab"), hash64("ba"));
  EXPECT_NE(hash128_hex(std::string_view("a\0", 2)), hash128_hex("a"));
  EXPECT_EQ(hash64_hex("a").size(), 16U);
  EXPECT_EQ(hash128_hex("a").size(), 32U);
}

TEST(HexTest, IsShortForPeopleAndFixedForTheStore) {
  EXPECT_EQ(hex(0), "0x0");
  EXPECT_EQ(hex(0x5c8), "0x5c8");
  EXPECT_EQ(hex(UINT64_MAX), "0xffffffffffffffff");
  EXPECT_EQ(hex16(0x5c8), "00000000000005c8");
  EXPECT_EQ(hex16(UINT64_MAX), "ffffffffffffffff");
}

}  // namespace
}  // namespace faultline

#include "collector/reporter/images/memory_map.h"

#include <gmock/gmock.h>

namespace faultline {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A program of two mappings, a library, a thread's stack above its guard page, and the main stack.
constexpr std::string_view kMaps =
    "00400000-00452000 r-xp 00000000 08:02 173521      /usr/bin/some program\n"
    "00651000-00652000 rw-p 00051000 08:02 173521      /usr/bin/some program\n"
    "7f0000000000-7f0000001000 ---p 00000000 00:00 0 \n"
    "7f0000001000-7f0000801000 rw-p 00000000 00:00 0 \n"
    "7f0001000000-7f0001100000 r--s 00000000 08:02 99          /tmp/shared\n"
    "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0           [stack]\n";

const std::vector<std::uint64_t> kStackPointers{0x7f0000001010, 0x7ffd00020000};

TEST(MemoryMapTest, LinesAreReadWithTheirNamesWhole) {
  const auto map = parse_memory_map(kMaps);

  ASSERT_THAT(map, SizeIs(6));
  EXPECT_EQ(map[0].path, "/usr/bin/some program");
  EXPECT_TRUE(map[0].executable);
  EXPECT_FALSE(map[0].writable);
  EXPECT_EQ(map[1].file_offset, 0x51000U);
  EXPECT_EQ(map[1].inode, 173521U);
  EXPECT_EQ(map[3].path, "");
  EXPECT_TRUE(map[4].shared);
  EXPECT_EQ(map[5].end, 0x7ffd00021000U);
}

TEST(MemoryMapTest, DamagedLinesAreLeftOut) {
  EXPECT_THAT(parse_memory_map("nonsense\n12-zz r-xp 0 0 0\n\n400000 r-xp 0 0:0 0\n"), IsEmpty());
  EXPECT_THAT(parse_memory_map("400000-401000 r-xp 00000000 08:02 1"), SizeIs(1));
}

TEST(MemoryMapTest, FirstByteBelongsToTheMappingAndTheOneBehindDoesNot) {
  const auto map = parse_memory_map(kMaps);

  EXPECT_EQ(find_mapping(map, 0x3fffff), nullptr);
  EXPECT_EQ(find_mapping(map, 0x400000), &map[0]);
  EXPECT_EQ(find_mapping(map, 0x451fff), &map[0]);
  EXPECT_EQ(find_mapping(map, 0x452000), nullptr);
  EXPECT_EQ(find_mapping(map, UINT64_MAX), nullptr);
}

TEST(MemoryMapTest, NullIsInUnusedSpaceAtTheStart) {
  EXPECT_EQ(
      describe_region(parse_memory_map(kMaps), 0x5c8, kStackPointers),
      "0x5c8 is not in any region.  Bytes before following region: 4192824\n"
      "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n"
      "      UNUSED SPACE AT START\n"
      "--->  \n"
      "      __TEXT                         400000-452000       [  328K] r-x/rwx SM=COW  /usr/bin/some "
      "program");
  EXPECT_TRUE(
      describe_region(parse_memory_map(kMaps), 0, kStackPointers).starts_with("0 is not in any region."));
}

TEST(MemoryMapTest, AddressInsideIsCountedFromBothEnds) {
  EXPECT_EQ(
      describe_region(parse_memory_map(kMaps), 0x400010, kStackPointers),
      "0x400010 is in 0x400000-0x452000;  bytes after start: 16  bytes before end: 335855\n"
      "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n"
      "--->  __TEXT                         400000-452000       [  328K] r-x/rwx SM=COW  /usr/bin/some "
      "program\n"
      "      GAP OF 0x1ff000 BYTES\n"
      "      __DATA                         651000-652000       [    4K] rw-/rwx SM=COW  /usr/bin/some "
      "program");
}

TEST(MemoryMapTest, GuardPageOfAThreadsStackIsNamed) {
  EXPECT_EQ(
      describe_region(parse_memory_map(kMaps), 0x7f0000000ff8, kStackPointers),
      "0x7f0000000ff8 is in 0x7f0000000000-0x7f0000001000;  bytes after start: 4088  bytes before end: 7\n"
      "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n"
      "      __DATA                         651000-652000       [    4K] rw-/rwx SM=COW  /usr/bin/some "
      "program\n"
      "      GAP OF 0x7effff9ae000 BYTES\n"
      "--->  Stack Guard              7f0000000000-7f0000001000 [    4K] ---/rwx SM=PRV  \n"
      "      Stack                    7f0000001000-7f0000801000 [ 8192K] rw-/rwx SM=PRV  ");
}

TEST(MemoryMapTest, GapBetweenRegionsAndSpaceBehindTheLast) {
  const auto map = parse_memory_map(kMaps);
  EXPECT_EQ(
      describe_region(map, 0x7f0000900000, kStackPointers),
      "0x7f0000900000 is not in any region.  Bytes after previous region: 1044481  "
      "Bytes before following region: 7340032\n"
      "      REGION TYPE                    START - END         [ VSIZE] PRT/MAX SHRMOD  REGION DETAIL\n"
      "      Stack                    7f0000001000-7f0000801000 [ 8192K] rw-/rwx SM=PRV  \n"
      "--->  GAP OF 0x7ff000 BYTES\n"
      "      shared memory            7f0001000000-7f0001100000 [ 1024K] r--/r-x SM=SHM  /tmp/shared");
  EXPECT_TRUE(
      describe_region(map, UINT64_MAX, kStackPointers).ends_with("\n--->  \n      UNUSED SPACE AT END"));
}

TEST(MemoryMapTest, OverflowIsBelowTheStackThatTheThreadHasRunOutOf) {
  const auto map = parse_memory_map(kMaps);
  const std::vector<std::uint64_t> at_the_bottom{0x7f0000001010};
  const std::vector<std::uint64_t> main_has_left{0x7ffcfffffff0};
  const std::vector<std::uint64_t> far_up{0x7f0000800000};

  EXPECT_TRUE(is_below_a_stack(map, 0x7f0000000ff8, at_the_bottom));
  EXPECT_TRUE(is_below_a_stack(map, 0x7ffcffffffe8, main_has_left));
  EXPECT_FALSE(is_below_a_stack(map, 0x7f0000000ff8, far_up)) << "a wild write into a guard page";
  EXPECT_FALSE(is_below_a_stack(map, 0x5c8, at_the_bottom));
  EXPECT_FALSE(is_below_a_stack(map, 0x7f0000001018, at_the_bottom)) << "on the stack";
}

}  // namespace
}  // namespace faultline

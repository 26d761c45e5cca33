#include "analyzer/instruction/value_origin.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace faultline {
namespace {

std::vector<std::uint8_t> code(std::initializer_list<std::uint32_t> words) {
  std::vector<std::uint8_t> out;
  for (const std::uint32_t word : words) {
    for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  return out;
}

std::string sentence(std::initializer_list<std::uint32_t> before, std::string_view name) {
  const auto origin = find_value_origin(Cpu::arm64, code(before), 0x1000, name);
  return origin ? origin_sentence(name, *origin) : "";
}

constexpr std::uint32_t kNop = 0xd503201f;
constexpr std::uint32_t kLoadX9 = 0xf9448e69;  // ldr x9, [x19, #0x918]
constexpr std::uint32_t kLoadX0 = 0xf9448e60;  // ldr x0, [x19, #0x918]
constexpr std::uint32_t kMoveX9X0 = 0xaa0003e9;
constexpr std::uint32_t kZeroX9 = 0xaa1f03e9;
constexpr std::uint32_t kCall = 0x94000010;
constexpr std::uint32_t kBranch = 0x14000004;
constexpr std::uint32_t kBranchIfZero = 0xb4000040;  // cbz x0
constexpr std::uint32_t kAddX9 = 0x8b0a0129;         // add x9, x9, x10
constexpr std::uint32_t kReturn = 0xd65f03c0;

TEST(ValueOriginTest, NamesTheFieldThatTheValueWasLoadedFrom) {
  EXPECT_EQ(sentence({kLoadX9}, "x9"), "x9 was loaded from field 0x918 of x19 one instruction before");
  EXPECT_EQ(sentence({kLoadX9, kNop, kNop}, "x9"),
            "x9 was loaded from field 0x918 of x19 three instructions before");
}

TEST(ValueOriginTest, FollowsMoves) {
  const auto origin = find_value_origin(Cpu::arm64, code({kLoadX0, kMoveX9X0, kNop}), 0x1000, "x9");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->kind, OriginKind::loaded);
  EXPECT_EQ(origin->holder, "x0");
  EXPECT_EQ(origin->instructions_before, 3U);
}

TEST(ValueOriginTest, SaysWhereACallGaveIt) {
  EXPECT_EQ(sentence({kLoadX0, kCall, kMoveX9X0}, "x9"),
            "x9 was returned by the call two instructions before");
}

TEST(ValueOriginTest, SaysThatItWasSetToZero) {
  EXPECT_EQ(sentence({kZeroX9, kNop}, "x9"), "x9 was set to zero two instructions before");
}

TEST(ValueOriginTest, GoesOnPastABranchNotTaken) {
  EXPECT_EQ(sentence({kLoadX9, kBranchIfZero, kNop}, "x9"),
            "x9 was loaded from field 0x918 of x19 three instructions before");
}

TEST(ValueOriginTest, SaysNothingWhereItCannotKnow) {
  EXPECT_EQ(sentence({kLoadX9, kBranch, kNop}, "x9"), "");  // Control did not come that way.
  EXPECT_EQ(sentence({kLoadX9, kReturn}, "x9"), "");
  EXPECT_EQ(sentence({kLoadX9, kCall, kNop}, "x9"), "");  // The call may have changed x9.
  EXPECT_EQ(sentence({kLoadX9, kAddX9}, "x9"), "");       // Computed, not loaded.
  EXPECT_EQ(sentence({kNop, kNop}, "x9"), "");            // The bytes do not reach so far.
  EXPECT_EQ(sentence({}, "x9"), "");
}

TEST(ValueOriginTest, KeepsWhatACallPreserves) {
  // ldr x20, [x19, #0x918]; bl: x20 is callee-saved.
  EXPECT_EQ(sentence({0xf9448e74, kCall}, "x20"),
            "x20 was loaded from field 0x918 of x19 two instructions before");
}

TEST(ValueOriginTest, TellsTheSecondOfAPairApart) {
  EXPECT_EQ(sentence({0xa9412a69}, "x9"), "x9 was loaded from field 0x10 of x19 one instruction before");
  EXPECT_EQ(sentence({0xa9412a69}, "x10"), "x10 was loaded from field 0x18 of x19 one instruction before");
}

TEST(ValueOriginTest, KnowsWhetherTheHolderStillHoldsTheSame) {
  const auto same = find_value_origin(Cpu::arm64, code({kLoadX9, kNop}), 0, "x9");
  ASSERT_TRUE(same);
  EXPECT_TRUE(same->base_unchanged);
  // ldr x9, [x9, #8]: the base was overwritten by the load itself.
  const auto chained = find_value_origin(Cpu::arm64, code({0xf9400529}), 0, "x9");
  ASSERT_TRUE(chained);
  EXPECT_FALSE(chained->base_unchanged);
}

TEST(ValueOriginTest, ReadsX86CodeOfUnknownStart) {
  // nop; nop; ... mov rcx, [rbx + 8]; nop, with 24 bytes of single-byte instructions before it.
  std::vector<std::uint8_t> bytes(24, 0x90);
  bytes.insert(bytes.end(), {0x48, 0x8b, 0x4b, 0x08, 0x90});
  const auto origin = find_value_origin(Cpu::x86_64, bytes, 0x1000, "rcx");
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin_sentence("rcx", *origin), "rcx was loaded from field 0x8 of rbx two instructions before");
}

}  // namespace
}  // namespace faultline

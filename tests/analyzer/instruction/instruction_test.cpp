#include "analyzer/instruction/instruction.h"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <string>
#include <vector>

namespace faultline {
namespace {

std::vector<std::uint8_t> word(std::uint32_t value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value >> 8U),
          static_cast<std::uint8_t>(value >> 16U), static_cast<std::uint8_t>(value >> 24U)};
}

struct Arm64Case {
  std::uint32_t encoding;
  std::string text;  // As an assembler would take it.
  std::string base;
  std::int64_t displacement;
  std::uint32_t size_bytes;
  MemoryDirection direction;
};

constexpr auto kRead = MemoryDirection::read;
constexpr auto kWrite = MemoryDirection::write;
constexpr auto kBoth = MemoryDirection::read_write;

TEST(InstructionTest, ReadsWhatArm64LoadsAndStoresTouch) {
  const std::vector<Arm64Case> cases{
      {0xf942e688, "ldr x8, [x20, #0x5c8]", "x20", 0x5c8, 8, kRead},
      {0xf9004d28, "str x8, [x9, #0x98]", "x9", 0x98, 8, kWrite},
      {0xb9018403, "str w3, [x0, #0x184]", "x0", 0x184, 4, kWrite},
      {0x39401c41, "ldrb w1, [x2, #7]", "x2", 7, 1, kRead},
      {0x79800c41, "ldrsh x1, [x2, #6]", "x2", 6, 2, kRead},
      {0xb9800841, "ldrsw x1, [x2, #8]", "x2", 8, 4, kRead},
      {0x3dc00820, "ldr q0, [x1, #32]", "x1", 32, 16, kRead},
      // Unscaled, and negative.
      {0xf85f8041, "ldur x1, [x2, #-8]", "x2", -8, 8, kRead},
      {0x995fc041, "ldapur w1, [x2, #-4]", "x2", -4, 4, kRead},
      // Pairs: both halves, scaled by one.
      {0xa9bf7bfd, "stp x29, x30, [sp, #-16]!", "sp", -16, 16, kWrite},
      {0xa97e0861, "ldp x1, x2, [x3, #-32]", "x3", -32, 16, kRead},
      {0xad420460, "ldp q0, q1, [x3, #64]", "x3", 64, 32, kRead},
      {0x69410861, "ldpsw x1, x2, [x3, #8]", "x3", 8, 8, kRead},
      {0x28010861, "stnp w1, w2, [x3, #8]", "x3", 8, 8, kWrite},
      // Post-indexed: the address is the base alone.
      {0xf8410441, "ldr x1, [x2], #16", "x2", 0, 8, kRead},
      {0xf85f0c41, "ldr x1, [x2, #-16]!", "x2", -16, 8, kRead},
      // Exclusive loads read, whatever LLVM's flags say; atomics do both.
      {0x885f7c41, "ldxr w1, [x2]", "x2", 0, 4, kRead},
      {0xc801fc62, "stlxr w1, x2, [x3]", "x3", 0, 8, kWrite},
      {0xf8e10062, "ldaddal x1, x2, [x3]", "x3", 0, 8, kBoth},
      {0x88e17c62, "casa w1, w2, [x3]", "x3", 0, 4, kBoth},
      {0x48207c82, "casp x0, x1, x2, x3, [x4]", "x4", 0, 16, kBoth},
      {0x38218062, "swpb w1, w2, [x3]", "x3", 0, 1, kBoth},
      {0xf8bfc041, "ldapr x1, [x2]", "x2", 0, 8, kRead},
      // Structures: all registers together.
      {0x4c40a040, "ld1 { v0.16b, v1.16b }, [x2]", "x2", 0, 32, kRead},
      {0x4cdf0840, "ld4 { v0.4s - v3.4s }, [x2], #64", "x2", 0, 64, kRead},
      {0x0d409040, "ld1 { v0.s }[1], [x2]", "x2", 0, 4, kRead},
      {0x4d60cc40, "ld2r { v0.2d, v1.2d }, [x2]", "x2", 0, 16, kRead},
      {0x0c837040, "st1 { v0.8b }, [x2], x3", "x2", 0, 8, kWrite},
      {0xf8201441, "ldraa x1, [x2, #8]", "x2", 8, 8, kRead},
  };
  for (const Arm64Case& expected : cases) {
    SCOPED_TRACE(expected.text);
    const auto found = decode_instruction(Cpu::arm64, word(expected.encoding), 0x1000);
    ASSERT_TRUE(found);
    ASSERT_TRUE(found->memory);
    EXPECT_EQ(found->memory->base, expected.base);
    EXPECT_EQ(found->memory->displacement, expected.displacement);
    EXPECT_EQ(found->memory->index, "");
    EXPECT_EQ(found->size_bytes, expected.size_bytes);
    EXPECT_EQ(found->direction, expected.direction);
  }
}

TEST(InstructionTest, ReadsArm64IndexRegistersWithScaleAndExtension) {
  const auto shifted = decode_instruction(Cpu::arm64, word(0xf8637841), 0);  // ldr x1, [x2, x3, lsl #3]
  ASSERT_TRUE(shifted && shifted->memory);
  EXPECT_EQ(shifted->memory->index, "x3");
  EXPECT_EQ(shifted->memory->index_scale, 8U);
  EXPECT_EQ(shifted->memory->extension, IndexExtension::none);

  const auto byte = decode_instruction(Cpu::arm64, word(0x38634841), 0);  // ldrb w1, [x2, w3, uxtw]
  ASSERT_TRUE(byte && byte->memory);
  EXPECT_EQ(byte->memory->index, "x3");
  EXPECT_EQ(byte->memory->index_scale, 1U);
  EXPECT_EQ(byte->memory->extension, IndexExtension::unsigned_32);

  const auto extended = decode_instruction(Cpu::arm64, word(0xb863d841), 0);  // ldr w1, [x2, w3, sxtw #2]
  ASSERT_TRUE(extended && extended->memory);
  EXPECT_EQ(extended->memory->index_scale, 4U);
  EXPECT_EQ(extended->memory->extension, IndexExtension::signed_32);
}

TEST(InstructionTest, WorksOutTheAddressFromRegisters) {
  const std::map<std::string, std::uint64_t, std::less<>> registers{
      {"x2", 0x1000}, {"x3", 0xdeadbeeffffffffe}, {"rax", 0x2000}, {"rcx", 3}};
  const RegisterReader read = [&](std::string_view name) -> std::optional<std::uint64_t> {
    const auto found = registers.find(name);
    return found == registers.end() ? std::nullopt : std::optional(found->second);
  };
  const auto address = [&](Cpu cpu, const std::vector<std::uint8_t>& bytes) {
    const auto found = decode_instruction(cpu, bytes, 0x7000);
    return found ? effective_address(*found, 0x7000, read) : std::nullopt;
  };

  // ldr w1, [x2, w3, sxtw #2]: -2 * 4 below x2.
  EXPECT_EQ(address(Cpu::arm64, word(0xb863d841)), 0x1000U - 8U);
  // ldrb w1, [x2, w3, uxtw]: the upper half of x3 does not count.
  EXPECT_EQ(address(Cpu::arm64, word(0x38634841)), 0x1000ULL + 0xfffffffeULL);
  // ldr x1, #8: from the instruction itself.
  EXPECT_EQ(address(Cpu::arm64, word(0x58000041)), 0x7008U);
  // mov rax, [rip + 0x10]: from the one after it, which is 7 bytes on.
  EXPECT_EQ(address(Cpu::x86_64, {0x48, 0x8b, 0x05, 0x10, 0, 0, 0}), 0x7017U);
  // mov dword ptr [rax + 4*rcx - 8], 1
  EXPECT_EQ(address(Cpu::x86_64, {0xc7, 0x44, 0x88, 0xf8, 1, 0, 0, 0}), 0x2004U);
  // mov rax, fs:[0x28]: the segment's base is in no report.
  EXPECT_EQ(address(Cpu::x86_64, {0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}), std::nullopt);
  // A register that the report does not have.
  EXPECT_EQ(address(Cpu::arm64, word(0xf942e688)), std::nullopt);
}

struct X86Case {
  std::vector<std::uint8_t> bytes;
  std::string text;
  std::string base;
  std::int64_t displacement;
  std::optional<std::uint32_t> size_bytes;
  MemoryDirection direction;
};

TEST(InstructionTest, ReadsWhatX86InstructionsTouch) {
  const std::vector<X86Case> cases{
      {{0x48, 0x8b, 0x87, 0xc8, 0x05, 0, 0}, "mov rax, [rdi + 0x5c8]", "rdi", 0x5c8, 8, kRead},
      {{0xc7, 0x44, 0x88, 0xf8, 1, 0, 0, 0}, "mov dword ptr [rax + 4*rcx - 8], 1", "rax", -8, 4, kWrite},
      {{0x83, 0x03, 0x01}, "add dword ptr [rbx], 1", "rbx", 0, 4, kBoth},
      {{0x80, 0x7b, 0x03, 0x00}, "cmp byte ptr [rbx + 3], 0", "rbx", 3, 1, kRead},
      {{0x41, 0x0f, 0x10, 0x47, 0x08}, "movups xmm0, [r15 + 8]", "r15", 8, 16, kRead},
      {{0x0f, 0x29, 0x4c, 0x24, 0x10}, "movaps [rsp + 16], xmm1", "rsp", 16, 16, kWrite},
      {{0xc5, 0xfe, 0x6f, 0x06}, "vmovdqu ymm0, [rsi]", "rsi", 0, 32, kRead},
      {{0xff, 0x50, 0x18}, "call [rax + 0x18]", "rax", 0x18, 8, kRead},
      {{0xf0, 0x48, 0x0f, 0xb1, 0x37}, "lock cmpxchg [rdi], rsi", "rdi", 0, 8, kBoth},
      // LLVM's flags know nothing of these.
      {{0xf3, 0xa4}, "rep movsb", "rdi", 0, 1, kBoth},
      {{0xf3, 0x48, 0xab}, "rep stosq", "rdi", 0, 8, kWrite},
      // The stack, which is no operand.
      {{0x55}, "push rbp", "rsp", -8, 8, kWrite},
      {{0xff, 0x30}, "push [rax]", "rax", 0, 8, kRead},
      {{0xc3}, "ret", "rsp", 0, 8, kRead},
      {{0xff, 0xd0}, "call rax", "rsp", -8, 8, kWrite},
  };
  for (const X86Case& expected : cases) {
    SCOPED_TRACE(expected.text);
    const auto found = decode_instruction(Cpu::x86_64, expected.bytes, 0x1000);
    ASSERT_TRUE(found);
    ASSERT_TRUE(found->memory);
    EXPECT_EQ(found->memory->base, expected.base);
    EXPECT_EQ(found->memory->displacement, expected.displacement);
    EXPECT_EQ(found->size_bytes, expected.size_bytes);
    EXPECT_EQ(found->direction, expected.direction);
    EXPECT_EQ(found->length_bytes, expected.bytes.size());
  }
}

TEST(InstructionTest, FindsNoMemoryWhereNoneIsTouched) {
  for (const std::uint32_t encoding :
       {0xf9800400U /* prfm */, 0x91002020U /* add */, 0xd65f03c0U /* ret */}) {
    const auto found = decode_instruction(Cpu::arm64, word(encoding), 0);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->memory) << found->text;
  }
  for (const std::vector<std::uint8_t>& bytes : {std::vector<std::uint8_t>{0x48, 0x8d, 0x47, 0x08} /* lea */,
                                                 {0x0f, 0x1f, 0x00} /* nop [rax] */,
                                                 {0xcc} /* int3 */,
                                                 {0x0f, 0x0b} /* ud2 */}) {
    const auto found = decode_instruction(Cpu::x86_64, bytes, 0);
    ASSERT_TRUE(found);
    EXPECT_FALSE(found->memory) << found->text;
  }
}

TEST(InstructionTest, TellsTrapsCallsAndUndefinedOnesApart) {
  const auto brk = decode_instruction(Cpu::arm64, word(0xd4200020), 0);
  ASSERT_TRUE(brk);
  EXPECT_EQ(brk->flow, InstructionFlow::trap);
  EXPECT_EQ(brk->trap_code, 1U);

  const auto udf = decode_instruction(Cpu::arm64, word(0), 0);
  ASSERT_TRUE(udf);
  EXPECT_EQ(udf->flow, InstructionFlow::undefined);

  const auto call = decode_instruction(Cpu::arm64, word(0xd63f0100), 0);  // blr x8
  ASSERT_TRUE(call);
  EXPECT_EQ(call->flow, InstructionFlow::call);
  EXPECT_EQ(call->flow_register, "x8");

  const auto signed_call = decode_instruction(Cpu::arm64, word(0xd73f0909), 0);  // blraa x8, x9
  ASSERT_TRUE(signed_call);
  EXPECT_TRUE(signed_call->authenticates);

  for (const std::vector<std::uint8_t>& bytes : {std::vector<std::uint8_t>{0xcc}, {0x0f, 0x0b}}) {
    const auto trap = decode_instruction(Cpu::x86_64, bytes, 0);
    ASSERT_TRUE(trap);
    EXPECT_EQ(trap->flow, InstructionFlow::trap) << trap->text;
  }
}

TEST(InstructionTest, AnswersNothingForBytesThatAreNoInstruction) {
  EXPECT_FALSE(decode_instruction(Cpu::arm64, word(0xffffffff), 0));
  EXPECT_FALSE(decode_instruction(Cpu::arm64, std::vector<std::uint8_t>{1, 2}, 0));
  EXPECT_FALSE(decode_instruction(Cpu::arm64, {}, 0));
  EXPECT_FALSE(decode_instruction(Cpu::x86_64, {}, 0));
  EXPECT_FALSE(decode_instruction(Cpu::x86_64, std::vector<std::uint8_t>{0x48, 0x8b}, 0));
}

TEST(InstructionTest, GivesRegistersTheirReportNames) {
  EXPECT_EQ(full_register_name(Cpu::arm64, "W9"), "x9");
  EXPECT_EQ(full_register_name(Cpu::arm64, "X29"), "fp");
  EXPECT_EQ(full_register_name(Cpu::arm64, "LR"), "lr");
  EXPECT_EQ(full_register_name(Cpu::arm64, "WSP"), "sp");
  EXPECT_EQ(full_register_name(Cpu::arm64, "XZR"), "");
  EXPECT_EQ(full_register_name(Cpu::arm64, "Q0"), "");
  EXPECT_EQ(full_register_name(Cpu::x86_64, "EAX"), "rax");
  EXPECT_EQ(full_register_name(Cpu::x86_64, "R10D"), "r10");
  EXPECT_EQ(full_register_name(Cpu::x86_64, "R8"), "r8");
  EXPECT_EQ(full_register_name(Cpu::x86_64, "XMM0"), "");
}

}  // namespace
}  // namespace faultline

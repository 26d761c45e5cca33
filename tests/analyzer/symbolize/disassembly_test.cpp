#include "analyzer/symbolize/disassembly.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

using namespace std::string_view_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> texts(const std::vector<DisassembledInstruction>& instructions) {
  std::vector<std::string> lines;
  for (const auto& each : instructions) lines.push_back((each.is_at ? "> " : "  ") + each.text);
  return lines;
}

TEST(DisassemblyTest, DecodesArm64AndX86AndShowsWhatIsNoInstruction) {
  // ldr x8, [x20, #0x5c8]; brk #1; a word that is no instruction
  const auto arm = disassemble("\x88\xe6\x42\xf9\x20\x00\x20\xd4\xff\xff\xff\xff"sv, {0x1000}, "arm64e");
  ASSERT_TRUE(arm);
  EXPECT_THAT(texts(*arm),
              ElementsAre("  ldr x8, [x20, #0x5c8]", "  brk #0x1", "  .byte 0xff 0xff 0xff 0xff"));
  EXPECT_EQ((*arm)[1].address.value, 0x1004U);

  // mov qword ptr [rdi + 0x5c8], rsi; a lone prefix
  const auto intel = disassemble("\x48\x89\xb7\xc8\x05\x00\x00\x06"sv, {0x1000}, "x86_64");
  ASSERT_TRUE(intel);
  EXPECT_THAT(texts(*intel), ElementsAre("  mov qword ptr [rdi + 0x5c8], rsi", "  .byte 0x06"));

  EXPECT_FALSE(disassemble("\0\0\0\0"sv, {0}, "armv7"));
}

TEST(DisassemblyTest, ShowsTheInstructionsAroundThePcFromAFileOfTheBuild) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  for (const auto* arch : {"arm64", "x86_64"}) {
    SCOPED_TRACE(arch);
    const auto& fixture = fixtures::shared_macho({arch, {}, {}, {}});
    SymbolFinder finder({{}, {fixture.stripped, fixture.dsym}, false, {}, false, {}, {}});
    const std::string listing =
        fixtures::shell("llvm-objdump-19 --disassemble '" + fixture.binary.string() + "'");
    const auto function = listing.find("prepareForEnqueueEb>:");
    const auto load = listing.find("5c8", function);
    const std::uint64_t pc = std::stoull(listing.substr(listing.rfind('\n', load) + 1), nullptr, 16);

    const auto shown =
        disassemble_around(fixtures::report_of(fixtures::image_of(fixture), {pc}), 0, 0, finder, {1, 2});

    ASSERT_TRUE(shown) << shown.error().text();
    EXPECT_EQ(shown->origin, fixture.stripped.string());
    ASSERT_EQ(shown->instructions.size(), 4U);
    EXPECT_TRUE(shown->instructions[1].is_at);
    EXPECT_THAT(shown->instructions[1].text, HasSubstr("0x5c8"));
    EXPECT_EQ(shown->instructions[1].address.value, fixtures::image_of(fixture).base.value + pc);
  }
}

TEST(DisassemblyTest, FallsBackToTheBytesOfTheReportForTheFirstFrameOnly) {
  CrashReport report = fixtures::report_of(Image{}, {0x20, 0x40});
  report.images[0].base = {0x5000};
  report.cpu_type = "ARM-64";
  report.instruction_bytes = InstructionBytes{{0x20, 0x00, 0x20, 0xd4}, {0x88, 0xe6, 0x42, 0xf9}};
  SymbolFinder finder({});

  const auto first = disassemble_around(report, 0, 0, finder);
  const auto second = disassemble_around(report, 0, 1, finder);

  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->origin, "report");
  EXPECT_THAT(texts(first->instructions), ElementsAre("  brk #0x1", "> ldr x8, [x20, #0x5c8]"));
  EXPECT_EQ(first->instructions[1].address.value, 0x5020U);
  EXPECT_FALSE(second);
}

TEST(DisassemblyTest, OnX86NothingBeforeThePcIsGuessedFromBareBytes) {
  CrashReport report = fixtures::report_of(Image{}, {0x20});
  report.cpu_type = "X86-64";
  report.threads[0].instruction_state =
      InstructionState{{0x90, 0x48, 0x48, 0x89, 0xb7, 0xc8, 0x05, 0x00, 0x00}, 2};
  SymbolFinder finder({});

  const auto shown = disassemble_around(report, 0, 0, finder);

  ASSERT_TRUE(shown) << shown.error().text();
  EXPECT_THAT(texts(shown->instructions), ElementsAre("> mov qword ptr [rdi + 0x5c8], rsi"));
}

TEST(DisassemblyTest, AFrameThatIsNotThereIsRefused) {
  SymbolFinder finder({});
  EXPECT_EQ(disassemble_around(CrashReport{}, 0, 0, finder).error().kind(), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace faultline

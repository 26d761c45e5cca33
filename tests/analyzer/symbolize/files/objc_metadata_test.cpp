#include "analyzer/symbolize/files/objc_metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "analyzer/symbolize/files/chained_pointer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"

namespace faultline {
namespace {

using fixtures::MachRecipe;
using fixtures::MethodStyle;
using fixtures::PointerStyle;

/// What llvm-nm says about the methods of the file before it was stripped.
std::map<std::string, std::uint64_t> methods_by_nm(const fixtures::MachFixture& fixture) {
  std::map<std::string, std::uint64_t> methods;
  for (const auto& [name, address] : fixtures::nm(fixture.binary)) {
    if (name.starts_with("-[") || name.starts_with("+[")) methods[name] = address;
  }
  return methods;
}

struct RecipeCase {
  const char* what;
  MachRecipe recipe;
};

class ObjcMetadataTest : public ::testing::TestWithParam<RecipeCase> {};

TEST_P(ObjcMetadataTest, NamesEveryMethodOfAStrippedFileAsItsSymbolsDid) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const auto& fixture = fixtures::shared_macho(GetParam().recipe);
  const std::string bytes = fixtures::read_bytes(fixture.stripped);
  const auto file = MachOFile::parse(bytes);
  ASSERT_TRUE(file);

  std::map<std::string, std::uint64_t> found;
  for (const auto& method : read_objc_methods(*file)) found[method.name] = method.implementation.value;

  auto expected = methods_by_nm(fixture);
  EXPECT_EQ(expected.size(), 5U) << "the fixture has five methods";
  if (GetParam().recipe.pointers == PointerStyle::plain) {
    // Bound by opcodes, the foreign class of this category is a zero in the file.
    expected.erase("-[ElsewhereObject(Extra) extraCount]");
  }
  EXPECT_EQ(found, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, ObjcMetadataTest,
    ::testing::Values(
        // The default of the linker today.
        RecipeCase{"Arm64ChainedPointers", {"arm64", PointerStyle::chained, MethodStyle::pointers, {}}},
        // Method lists of macOS 11 and later: three 32-bit distances.
        RecipeCase{"Arm64ChainedRelative", {"arm64", PointerStyle::chained, MethodStyle::relative, {}}},
        RecipeCase{"Arm64PlainRelative", {"arm64", PointerStyle::plain, MethodStyle::relative, {}}},
        RecipeCase{"X86ChainedPointers", {"x86_64", PointerStyle::chained, MethodStyle::pointers, {}}},
        RecipeCase{"X86PlainPointers", {"x86_64", PointerStyle::plain, MethodStyle::pointers, {}}},
        // ld64.lld makes no chained fixups for arm64e; their decoding has a test of its own below.
        RecipeCase{"Arm64ePlainRelative", {"arm64e", PointerStyle::plain, MethodStyle::relative, {}}}),
    [](const auto& row) { return row.param.what; });

ChainedFixups imports_of(std::vector<std::string_view> names) {
  ChainedFixups fixups;
  fixups.imports = std::move(names);
  return fixups;
}

TEST(ChainedPointerTest, DecodesEachFormatOfTheTable) {
  const auto fixups = imports_of({"_first", "_OBJC_CLASS_$_NSObject"});
  const LinkAddress base{0x100000000};
  struct Case {
    const char* what;
    std::uint64_t raw;
    std::uint16_t format;
    std::uint64_t target;
    const char* import_name;
  };
  const Case cases[] = {
      // next = 1, high8 = 0x5a, target = link address 0x100004010
      {"arm64e rebase", (1ULL << 51) | (0x5aULL << 43) | 0x100004010, 1, 0x100004010, ""},
      // auth, key 2, diversity 0x6ae1, next = 3, target counts from the base
      {"arm64e authenticated", (1ULL << 63) | (3ULL << 51) | (2ULL << 49) | (0x6ae1ULL << 32) | 0x4010, 1,
       0x100004010, ""},
      {"userland rebase counts from the base", (2ULL << 51) | 0x4010, 9, 0x100004010, ""},
      {"userland24 authenticated", (1ULL << 63) | 0x4010, 12, 0x100004010, ""},
      {"arm64e bind, addend ignored", (1ULL << 62) | (7ULL << 32) | 1, 1, 0, "_OBJC_CLASS_$_NSObject"},
      {"userland24 authenticated bind", (3ULL << 62) | 1, 12, 0, "_OBJC_CLASS_$_NSObject"},
      {"64 rebase", (2ULL << 51) | 0x100004010, 2, 0x100004010, ""},
      {"64 offset rebase", (2ULL << 51) | 0x4010, 6, 0x100004010, ""},
      {"64 bind", (1ULL << 63) | (2ULL << 51), 6, 0, "_first"},
      {"null", 0, 12, 0, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const auto pointer = decode_chained_pointer(c.raw, c.format, base, fixups);
    ASSERT_TRUE(pointer);
    EXPECT_EQ(pointer->target.value, c.target);
    EXPECT_EQ(pointer->import_name, c.import_name);
  }
}

TEST(ChainedPointerTest, AnOrdinalBeyondTheImportsAndAnUnknownFormatDecodeToNothing) {
  const auto fixups = imports_of({"_first"});
  EXPECT_FALSE(decode_chained_pointer((1ULL << 63) | 1, 6, {0}, fixups));
  EXPECT_FALSE(decode_chained_pointer(0x4010, 3, {0}, fixups));
}

}  // namespace
}  // namespace faultline

#include "analyzer/site/symbol_names.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace faultline {
namespace {

struct NameCase {
  std::string from;
  std::string to;
};

TEST(SymbolNamesTest, DropsWhatOneBuildPutIntoAName) {
  for (const auto& [from, to] : std::vector<NameCase>{
           {"encode", "encode"},
           // Rust.
           {"core::panicking::panic::h0123456789abcdef", "core::panicking::panic"},
           {"a::b::hello", "a::b::hello"},
           {"_$LT$impl$u20$toml..map..Map$GT$::get::h669c7fe9cb89aefc", "<impl toml::map::Map>::get"},
           {"call_once$u7b$$u7b$vtable.shim$u7d$$u7d$::hd938735960704108", "call_once{{vtable.shim}}"},
           {"_RNvCsbgTEAFGLn1v_7___rustc17rust_begin_unwind", "__rustc::rust_begin_unwind"},
           // C++ that nobody demangled.
           {"_ZN2CA5Layer10set_boundsERKNS_4RectEb", "CA::Layer::set_bounds(CA::Rect const&, bool)"},
           {"_Znot_mangled", "_Znot_mangled"},
           // Pieces of functions.
           {"MTLReportFailure.cold.1", "MTLReportFailure"},
           {"parse.isra.0.cold", "parse"},
           {"parse(int) [clone .constprop.0]", "parse(int)"},
           {"f.llvm.1234567890", "f"},
           // Counters of the compiler.
           {"foo()::'lambda0'(int)::operator()(int) const", "foo()::'lambda'(int)::operator()(int) const"},
           {"foo()::{lambda(int)#2}::operator()(int) const", "foo()::{lambda(int)}::operator()(int) const"},
           {"foo()::$_12::operator()() const", "foo()::$_::operator()() const"},
           {"__35-[Foo bar:]_block_invoke_2", "__35-[Foo bar:]_block_invoke"},
           {"__81-[Foo bar]_block_invoke.13", "__81-[Foo bar]_block_invoke"},
           // Standard libraries.
           {"std::__1::vector<int>::at(unsigned long)", "std::vector<int>::at(unsigned long)"},
           {"std::__cxx11::basic_string<char>::size()", "std::basic_string<char>::size()"},
           {"std::__1::sort[abi:ne180100](int*)", "std::sort(int*)"},
           // Written by hand, and by symbolicators.
           {"-[AGXG16XFamilyCommandBuffer foo:]:1091", "-[AGXG16XFamilyCommandBuffer foo:]"},
           {"-[NSObject+ 183052 (NSObject) foo:]", "-[NSObject(NSObject) foo:]"},
           {"two\nlines  here\n", "two lines here"},
       }) {
    EXPECT_EQ(normalised_function(from), to) << from;
  }
}

TEST(SymbolNamesTest, FoldsWhatGpuGenerationsDifferIn) {
  for (const auto& [from, to] : std::vector<NameCase>{
           {"-[AGXG16XFamilyComputeContext setComputePipelineState:]",
            "-[AGXG*FamilyComputeContext setComputePipelineState:]"},
           {"-[AGXG13GFamilyComputeContext setComputePipelineState:]",
            "-[AGXG*FamilyComputeContext setComputePipelineState:]"},
           {"AGX::ComputeContext<AGX::HAL200::Encoders, AGX::HAL200::Classes>::prepareForEnqueue(bool)",
            "AGX::ComputeContext::prepareForEnqueue"},
           {"AGX::ComputeContext<AGX::G13::Encoders, AGX::G13::Classes>::prepareForEnqueue(bool)",
            "AGX::ComputeContext::prepareForEnqueue"},
           {"AGX::HAL200::Texture::bind(unsigned int)", "AGX::HAL*::Texture::bind"},
           {"AGX::HAL300::Texture::bind(unsigned int)", "AGX::HAL*::Texture::bind"},
           {"AGX::G14::Texture::bind()", "AGX::G*::Texture::bind"},
       }) {
    EXPECT_EQ(family_function(from), to) << from;
  }
  EXPECT_EQ(family_image("AGXMetalG16X"), "AGXMetal*");
  EXPECT_EQ(family_image("AGXMetalG16G-B0"), "AGXMetal*");
  EXPECT_EQ(family_image("AGXMetalG15X_M1"), "AGXMetal*");
  EXPECT_EQ(family_image("AGXMetal13_3"), "AGXMetal*");
  EXPECT_EQ(family_image("Metal"), "Metal");
}

TEST(SymbolNamesTest, LeavesNamesReadableWithoutTheirArguments) {
  for (const auto& [from, to] : std::vector<NameCase>{
           {"foo(int, std::vector<int>) const", "foo"},
           {"void at::native::fill<float>(at::Tensor&)", "at::native::fill"},
           {"(anonymous namespace)::run(int)", "(anonymous namespace)::run"},
           {"a::(anonymous namespace)::b<int>::c(long)", "a::(anonymous namespace)::b::c"},
           {"std::vector<int>::operator[](unsigned long)", "std::vector::operator[]"},
           {"bool operator<(A const&, B const&)", "operator<"},
           {"A::operator<<(int)", "A::operator<<"},
           {"A::operator->() const", "A::operator->"},
           {"A::operator()(int) const", "A::operator()"},
           {"std::function<void (int)>::operator()(int) const", "std::function::operator()"},
           {"-[Foo bar:baz:]", "-[Foo bar:baz:]"},
           {"PlanetViewController.imageDownloaded(_:)", "PlanetViewController.imageDownloaded"},
           {"<impl toml::map::Map<K,V>>::get", "<impl toml::map::Map>::get"},
       }) {
    EXPECT_EQ(family_function(from), to) << from;
  }
}

TEST(SymbolNamesTest, KnowsWhatIsNoName) {
  for (const auto* name : {"", "???", "<redacted>", "<deduplicated_symbol>", "0x1234"})
    EXPECT_FALSE(is_usable_name(name));
  EXPECT_TRUE(is_usable_name("main"));
}

// Damaged names must come out, whatever they are.
TEST(SymbolNamesTest, SurvivesUnbalancedNames) {
  for (const auto* name : {"a<b<c", "a(b", "<<<<", "operator", "::h", "'lambda", "_block_invoke",
                           "[abi:", ")>", "-[", ".cold", "$_", "HAL", "AGXG1"}) {
    const std::string normal = normalised_function(name);
    EXPECT_LE(family_function(normal).size(), normal.size() + 8) << name;
  }
}

}  // namespace
}  // namespace faultline

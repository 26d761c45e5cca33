#include "core/model/short_site.h"

#include <gtest/gtest.h>

#include "core/model/function_name.h"

namespace faultline {
namespace {

std::string short_text(std::string_view text, std::string_view image = {}, std::string_view family = {}) {
  return short_site(text, image, family);
}

TEST(ShortSiteTest, TemplateAndParameterListsAreElided) {
  EXPECT_EQ(short_text("AGXMetalG16X AGX::ComputeContext<AGX::HAL200::Encoders, AGX::HAL200::Classes>"
                       "::prepareForEnqueue(bool)+7 null+0x98 read"),
            "AGX::ComputeContext<…>::prepareForEnqueue +7 · NULL+0x98 read");
  EXPECT_EQ(short_text("AGXMetalG16X AGX::SpillInfoGen3<A, B>::allocateUSCSpillBuffer(std::atomic<X*>&, "
                       "unsigned int)+7 null+0x184 write"),
            "AGX::SpillInfoGen3<…>::allocateUSCSpillBuffer +7 · NULL+0x184 write");
}

TEST(ShortSiteTest, AMethodKeepsTheFirstPartOfItsSelector) {
  EXPECT_EQ(short_text("AGXMetalG16X -[AGXG16XFamilyComputeContext setComputePipelineState:]+32 null+0x5c8 "
                       "read"),
            "-[AGXG16XFamilyComputeContext setComputePipelineState:] +32 · NULL+0x5c8 read");
  EXPECT_EQ(short_text("M -[C tryWithConfig:nextEncoderClass:]+63 trap"), "-[C tryWithConfig:…] +63 · trap");
}

TEST(ShortSiteTest, AnAssertionKeepsTheBeginningOfItsWords) {
  EXPECT_EQ(short_text("M -[C f]+63 assertion:1091 \"A command encoder is already encoding to this command "
                       "buffer\""),
            "-[C f] +63 · assertion:1091 \"A command encoder is already enc…\"");
  EXPECT_EQ(short_text("M f+1 assertion \"x_y != null\""), "f +1 · assertion \"x_y != null\"");
}

TEST(ShortSiteTest, AnImageWithSpacesIsToldApartWhereItIsKnown) {
  EXPECT_EQ(
      short_text("Google Chrome Framework base::Run(int)+4 wild_pointer read", "Google Chrome Framework"),
      "base::Run +4 · wild pointer read");
}

TEST(ShortSiteTest, AFamilyIsNamedLikeItsSites) {
  EXPECT_EQ(short_text("AGXMetal* -[AGXG*FamilyComputeContext setComputePipelineState:] null+0x5c8"),
            "-[AGXG*FamilyComputeContext setComputePipelineState:] · NULL+0x5c8");
}

TEST(ShortSiteTest, AFrameWithoutASymbolIsNamedByItsCallerAndNotByAUuid) {
  const char* exact = "AGXMetalG16X 0ce453ff-1122-3344-5566-778899aabbcc+0x352d0 null+0x98 read";
  const char* family = "AGXMetal* ? called by MetalTools -[Encoder dispatch:] null+0x98";

  EXPECT_EQ(short_text(exact), "AGXMetalG16X+0x352d0 · NULL+0x98 read");
  EXPECT_EQ(short_text(exact, "AGXMetalG16X", family),
            "-[Encoder dispatch:] → AGXMetalG16X+0x352d0 · NULL+0x98 read");
  EXPECT_EQ(short_text(family), "-[Encoder dispatch:] → AGXMetal* · NULL+0x98");
}

TEST(ShortSiteTest, AFunctionThatWasLookedThroughIsSaid) {
  EXPECT_EQ(short_text("libfoo.so run(int)+9 via memcpy null+0x10 write"),
            "run +9 via memcpy · NULL+0x10 write");
}

TEST(ShortSiteTest, WhatIsNoSiteStaysAsItIs) {
  for (const char* text : {"", "kernel panic", "disk writes above limit"}) EXPECT_EQ(short_text(text), text);
  EXPECT_EQ(short_text("??? unknown"), "??? · unknown");
}

TEST(ShortSiteTest, ManyBytesOfOneSignAreNotCutApart) {
  std::string words;
  for (int i = 0; i < 40; ++i) words += "é";
  const std::string name = short_text("M f+1 assertion \"" + words + "\"");
  EXPECT_EQ(name, "f +1 · assertion \"" + words.substr(0, 32) + "…\"");
}

TEST(FunctionNameTest, OperatorsAndAnonymousNamespacesStay) {
  EXPECT_EQ(short_function("(anonymous namespace)::run(int)"), "(anonymous namespace)::run");
  EXPECT_EQ(short_function("A<int>::operator<<(B const&) const"), "A<…>::operator<<");
  EXPECT_EQ(short_function("void std::sort<int*>(int*, int*)"), "std::sort<…>");
}

}  // namespace
}  // namespace faultline

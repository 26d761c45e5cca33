#include "analyzer/names/demangle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <string>

namespace faultline {
namespace {

using ::testing::EndsWith;

/// `_Z1f` with `levels` templates, each holding the one before twice.
std::string doubling(int levels) {
  std::string name = "_Z1f1aIiiE";
  const auto number = [](int value) {
    constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return value == 0 ? std::string("S_")
                      : std::string("S") + kDigits[static_cast<std::size_t>(value - 1)] + "_";
  };
  for (int level = 1; level < levels; ++level) {
    name += "S_I" + number(level) + number(level) + "E";
  }
  return name;
}

TEST(DemangleTest, ReadsOrdinaryNamesAsPeopleWriteThem) {
  struct Case {
    const char* mangled;
    const char* readable;
  };
  const Case cases[] = {
      {"_ZN3AGX7Context4loadEv", "AGX::Context::load()"},
      {"__ZN3AGX7Context4loadEv", "AGX::Context::load()"},
      {"___ZN3AGX7Context4loadEv_block_invoke", "invocation function for block in AGX::Context::load()"},
      // A pack of three, expanded beside a part that is none.
      {"_Z1gIJidcEEvDpRKT_", "void g<int, double, char>(int const&, double const&, char const&)"},
      // A conversion to a template parameter that is named later.
      {"_ZN1AcvT_IiEEv", "A::operator int<int>()"},
      {"_Z3fooSsSt6vectorIiSaIiEE", "foo(std::string, std::vector<int, std::allocator<int>>)"},
      {"_ZN1a1bEv.cold.1", "a::b() (.cold.1)"},
      {"_RNvCs1234_7mycrate3foo", "mycrate::foo"},
      // A back reference to a type, a generic argument, an implementation of a trait.
      {"_RINvNvC3std3mem8align_ofdE", "std::mem::align_of::<f64>"},
      {"_RNvXs_C4testNtB4_3FooNtB4_3Bar3baz", "<test::Foo as test::Bar>::baz"},
      {"__RNvCs1234_7mycrate3foo", "mycrate::foo"},
      {"objc_msgSend", "objc_msgSend"},
      {"_Znot_really_mangled", "_Znot_really_mangled"},
      {"_R", "_R"},
      {"", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(demangle(c.mangled), (DemangledName{c.readable, false})) << c.mangled;
  }
}

TEST(DemangleTest, ANameThatIsTooDeepOrTooLargeIsGivenUp) {
  std::string nested = "_Z";
  for (int i = 0; i < 20'000; ++i) nested += "N1aI";
  std::string nested_within_length = "_Z";
  for (int i = 0; i < 4'000; ++i) nested_within_length += "N1aI";
  std::string parts = "_ZN";
  for (int i = 0; i < 400'000; ++i) parts += "1a";
  const std::string cases[] = {
      nested,
      parts + "E",
      "_Z1f" + std::string(100'000, 'P') + "i",
      // Short enough to be read: what it means is not.
      "_Z1f" + std::string(16'000, 'P') + "i",
      doubling(20),
      doubling(35),
  };
  for (const auto& name : cases) {
    EXPECT_EQ(demangle(name), (DemangledName{name, true})) << name.substr(0, 40);
  }
  // It never ends, and so is no name; it was read to find out.
  EXPECT_EQ(demangle(nested_within_length).text, nested_within_length);
}

TEST(DemangleTest, WhatFitsIsWrittenOutInFull) {
  const auto read = demangle(doubling(8));
  EXPECT_FALSE(read.given_up);
  EXPECT_THAT(read.text, EndsWith(">)"));
  EXPECT_GT(read.text.size(), 1'000U);
}

TEST(DemangleTest, ARustNameThatRefersToItselfOrDoublesIsGivenUp) {
  // A type that is a pair of itself and itself.
  const std::string itself = "_RINvC1a1bTB7_B7_EE";
  EXPECT_EQ(demangle(itself), (DemangledName{itself, true}));

  // Each tuple holds the one before twice.
  std::string body = "INvC1a1b";
  std::size_t last = body.size();
  body += "TllE";
  const auto base62 = [](std::size_t value) {
    if (value == 0) return std::string("_");
    constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::string digits;
    for (--value; value > 0 || digits.empty(); value /= 62) digits.insert(0, 1, kDigits[value % 62]);
    return digits + "_";
  };
  for (int level = 0; level < 30; ++level) {
    const auto next = body.size();
    body += "TB" + base62(last) + "B" + base62(last) + "E";
    last = next;
  }
  const std::string doubled = "_R" + body + "E";
  EXPECT_EQ(demangle(doubled), (DemangledName{doubled, true}));
}

TEST(DemangleTest, MemoryStaysSmallForTheNameThatGrewWithoutBound) {
#ifdef FAULTLINE_SANITIZED
  GTEST_SKIP() << "a sanitizer keeps freed memory";
#endif
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  for (int levels = 16; levels <= 36; ++levels) EXPECT_TRUE(demangle(doubling(levels)).given_up) << levels;
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
#ifdef __APPLE__
  constexpr long kMegabyte = 1 << 20;
#else
  constexpr long kMegabyte = 1 << 10;
#endif
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 100 * kMegabyte);
}

TEST(DemangleTest, SwiftNamesGiveTheirDeclaration) {
  EXPECT_EQ(demangled("$s4prog4GridV4cellyS2iF"), "prog.Grid.cell");
  EXPECT_EQ(demangled("_$s4prog4GridV4cell3row3colS2i_SitF"), "prog.Grid.cell(row:col:)");
  EXPECT_EQ(demangled("$s4prog10GridLayoutV04drawC0yyF"), "prog.GridLayout.drawLayout");
  EXPECT_EQ(demangled("$s4prog3runyyFyycfU_"), "closure #1 in prog.run");
  EXPECT_EQ(demangled("$s4prog3runyyFyycfU0_"), "closure #2 in prog.run");
  EXPECT_EQ(demangled("$sSS10FoundationE36_unconditionallyBridgeFromObjectiveCySSSo8NSStringCSgFZ"),
            "String._unconditionallyBridgeFromObjectiveC");
  EXPECT_EQ(demangled("$ss17_assertionFailure__4file4line5flagss5NeverOs12StaticStringV_SSAHSus6UInt32VtF"),
            "Swift._assertionFailure(_:_:file:line:flags:)");
}

TEST(DemangleTest, WhatIsNoDeclarationOfSwiftStaysAsItIs) {
  for (const auto* name : {"$s", "$s4pro", "$s99prog", "$s4progD", "$sytD", "$s0A", "$sIego_", "$stack"}) {
    EXPECT_EQ(demangled(name), name);
  }
}

}  // namespace
}  // namespace faultline

#include "analyzer/fault/facts/abort_message.h"

#include <gtest/gtest.h>

#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

struct TextCase {
  std::string input;
  AbortMessageKind kind;
  std::string text;
  std::string function;
  std::string location;
  std::string exception_type;
};

TEST(AbortMessageTest, ReadsTheFormsOfAssertionsAndExceptions) {
  const std::vector<TextCase> cases{
      // Metal.
      {"-[AGXG16XFamilyCommandBuffer "
       "tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]:1091: "
       "failed assertion `A command encoder is already encoding to this command buffer'",
       AbortMessageKind::assertion, "A command encoder is already encoding to this command buffer",
       "-[AGXG16XFamilyCommandBuffer tryCoalescingPreviousComputeCommandEncoderWithConfig:nextEncoderClass:]",
       "1091", ""},
      {"-[MTLDebugDevice notifyExternalReferencesNonZeroOnDealloc:]:2962: failed assertion `Device is "
       "released'",
       AbortMessageKind::assertion, "Device is released",
       "-[MTLDebugDevice notifyExternalReferencesNonZeroOnDealloc:]", "2962", ""},
      // Apple's assert().
      {"Assertion failed: (pluto_volume != 0.0), function -[PlanetViewController viewDidLoad], file "
       "PlanetViewController.m, line 33.",
       AbortMessageKind::assertion, "pluto_volume != 0.0", "-[PlanetViewController viewDidLoad]",
       "file PlanetViewController.m, line 33.", ""},
      // glibc's.
      {"agx_sim: race.cpp:42: void encode(): Assertion `encoder != nullptr' failed.",
       AbortMessageKind::assertion, "encoder != nullptr", "void encode()", "race.cpp:42", ""},
      // libc++'s hardening.
      {"/usr/include/c++/v1/vector:1393: assertion __n < size() failed: vector[] index out of bounds",
       AbortMessageKind::assertion, "vector[] index out of bounds", "", "/usr/include/c++/v1/vector:1393",
       ""},
      // Objective-C, libc++abi, libstdc++.
      {"*** Terminating app due to uncaught exception 'NSRangeException', reason: '*** index 4 beyond "
       "bounds'",
       AbortMessageKind::uncaught_exception, "*** index 4 beyond bounds", "", "", "NSRangeException"},
      {"terminating due to uncaught exception of type c10::Error: MPS backend out of memory",
       AbortMessageKind::uncaught_exception, "MPS backend out of memory", "", "", "c10::Error"},
      {"terminate called after throwing an instance of 'std::runtime_error'\n  what():  no device",
       AbortMessageKind::uncaught_exception, "no device", "", "", "std::runtime_error"},
      // Deliberate ends with a reason.
      {"Fatal error: Index out of range: file a.swift, line 3", AbortMessageKind::fatal_error,
       "Fatal error: Index out of range: file a.swift, line 3", "", "", ""},
      {"BUG IN CLIENT OF LIBDISPATCH: Semaphore object deallocated while in use",
       AbortMessageKind::fatal_error,
       "BUG IN CLIENT OF LIBDISPATCH: Semaphore object deallocated while in use", "", "", ""},
      {"free(): invalid pointer", AbortMessageKind::fatal_error, "free(): invalid pointer", "", "", ""},
  };
  for (const TextCase& expected : cases) {
    SCOPED_TRACE(expected.input);
    const auto found = read_abort_message(expected.input);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->kind, expected.kind);
    EXPECT_EQ(found->text, expected.text);
    EXPECT_EQ(found->function, expected.function);
    EXPECT_EQ(found->location, expected.location);
    EXPECT_EQ(found->exception_type, expected.exception_type);
  }
}

TEST(AbortMessageTest, FindsNothingInTalkThatExplainsNothing) {
  EXPECT_FALSE(read_abort_message("abort() called"));
  EXPECT_FALSE(read_abort_message(""));
  EXPECT_FALSE(read_abort_message("trial 3: all assertions passed"));
  ReportMaker maker;
  maker.words("libsystem_c.dylib", "abort() called").words("dyld", "dyld4 config: DYLD_LIBRARY_PATH=/x");
  EXPECT_FALSE(find_abort_message(maker.report()));
}

TEST(AbortMessageTest, TrustsTheExceptionReasonBeforeOtherWords) {
  ReportMaker maker;
  maker.words("libsystem_c.dylib", "Assertion failed: (a), function f, file x.c, line 1.");
  maker.report().exception_reason = ExceptionReason{};
  maker.report().exception_reason->name = "NSInvalidArgumentException";
  maker.report().exception_reason->composed_message = "-[X y]: unrecognized selector";

  const auto found = find_abort_message(maker.report());

  ASSERT_TRUE(found);
  EXPECT_EQ(found->exception_type, "NSInvalidArgumentException");
  EXPECT_EQ(found->text, "-[X y]: unrecognized selector");
}

TEST(AbortMessageTest, ReadsAReasonThatStandsInTheLinesBelowTheException) {
  ReportMaker maker;
  maker.words("libsystem_c.dylib",
              "*** Terminating app due to uncaught exception 'NSInternalInconsistencyException'");
  maker.report().app_specific_info.back().lines.emplace_back(
      "reason: '-[AGXG16XFamilyCommandBuffer go]:1091:");
  maker.report().app_specific_info.back().lines.emplace_back("failed assertion 'already encoding''");

  const auto found = find_abort_message(maker.report());

  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, AbortMessageKind::uncaught_exception);
  EXPECT_EQ(found->exception_type, "NSInternalInconsistencyException");
  EXPECT_EQ(found->text, "-[AGXG16XFamilyCommandBuffer go]:1091: failed assertion 'already encoding'");
}

TEST(AbortMessageTest, ReadsAMessageThatStandsWhereAFramesNameShould) {
  ReportMaker maker;
  maker.inlined("app",
                "/sdk/c++/v1/vector:1393: assertion __n < size() failed: vector[] index out of bounds\n");
  maker.frame("app", "std::__1::vector<int>::operator[](unsigned long)", 100);

  const auto found = find_abort_message(maker.report());

  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, AbortMessageKind::assertion);
  EXPECT_EQ(found->text, "vector[] index out of bounds");
}

TEST(AbortMessageTest, ShortensAtAWordAndDropsAddresses) {
  EXPECT_EQ(shortened_text("sent to instance 0x600001a", 100), "sent to instance 0x*");
  EXPECT_EQ(shortened_text("one two three four", 12), "one two…");
  // A letter of several bytes is not cut in two.
  EXPECT_EQ(shortened_text("aaaaaaa\xc3\xa4", 8), "aaaaaaa…");
}

}  // namespace
}  // namespace faultline

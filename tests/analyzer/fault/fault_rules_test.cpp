#include "analyzer/fault/fault_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/analyzer/report_maker.h"

namespace faultline {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::uint32_t kLoadField = 0xf942e688;    // ldr x8, [x20, #0x5c8]
constexpr std::uint32_t kStoreField = 0xf9004d28;   // str x8, [x9, #0x98]
constexpr std::uint32_t kLoadX9 = 0xf9448e69;       // ldr x9, [x19, #0x918]
constexpr std::uint32_t kLoadIndexed = 0xf8637841;  // ldr x1, [x2, x3, lsl #3]

TEST(FaultRulesTest, ExplainsANullBaseFromItsInstruction) {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x20", 0}, {"far", 0x5c8}, {"esr", 0x92000006}}).code({kLoadField});

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::null_dereference);
  EXPECT_EQ(fault.sentence, "x20 is NULL; 8-byte read of field 0x5c8");
  EXPECT_EQ(fault.instruction, "ldr x8, [x20, #0x5c8]");
  EXPECT_EQ(fault.base_register, "x20");
  EXPECT_EQ(fault.base_value, 0U);
  EXPECT_EQ(fault.fault_offset, 0x5c8U);
  EXPECT_EQ(fault.access, AccessKind::read);
  EXPECT_EQ(fault.size_bytes, 8U);
  EXPECT_EQ(fault.agrees, true);
}

TEST(FaultRulesTest, SaysWhichLoadGaveTheNull) {
  ReportMaker maker;
  maker.bad_access(0x98).arm64({{"x9", 0}, {"x19", 0xbe31dc000}, {"far", 0x98}, {"esr", 0x92000046}});
  maker.code({kStoreField}, {kLoadX9});

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(
      fault.sentence,
      "x9 is NULL; 8-byte write to field 0x98; x9 was loaded from field 0x918 of x19 one instruction before");
  EXPECT_THAT(fault.evidence, Contains(HasSubstr("x19 is still 0xbe31dc000")));
}

TEST(FaultRulesTest, KnowsNoFaultOffsetWhereAnIndexTookPart) {
  ReportMaker maker;
  maker.bad_access(0x28).arm64({{"x2", 0}, {"x3", 5}}).code({kLoadIndexed});
  const FaultExplanation fault = explain_fault(maker.report());
  EXPECT_EQ(fault.kind, FaultKind::null_dereference);
  EXPECT_FALSE(fault.fault_offset);
  EXPECT_THAT(fault.sentence, HasSubstr("x2 is NULL; 8-byte read of element x3 (0x5)"));
}

// It is the base register that makes a NULL dereference, not how small the address is.
TEST(FaultRulesTest, FollowsTheBaseRegisterBeyondAnyThreshold) {
  ReportMaker far_field;
  far_field.bad_access(0x7ff8).arm64({{"x20", 0}}).code({0xf97ffe88});  // ldr x8, [x20, #0x7ff8]
  EXPECT_EQ(explain_fault(far_field.report()).kind, FaultKind::null_dereference);
  EXPECT_EQ(explain_fault(far_field.report()).fault_offset, 0x7ff8U);

  ReportMaker small_base;
  small_base.bad_access(0x5d8).arm64({{"x20", 0x10}}).code({kLoadField});
  EXPECT_EQ(explain_fault(small_base.report()).kind, FaultKind::near_null);
}

TEST(FaultRulesTest, SaysWithoutInstructionBytesOnlyWhatIsKnown) {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x6", 0}, {"x18", 0}, {"x20", 0}, {"far", 0x5c8}, {"esr", 0x92000006}});

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::null_dereference);
  EXPECT_EQ(fault.sentence, "read of field 0x5c8 of a NULL pointer; base is one of x6, x18, x20");
  EXPECT_EQ(fault.fault_offset, 0x5c8U);
  EXPECT_EQ(fault.access, AccessKind::read);
  EXPECT_FALSE(fault.size_bytes);
  EXPECT_EQ(fault.base_register, "");
  EXPECT_EQ(fault.agrees, true);
}

TEST(FaultRulesTest, DoesNotCallItNullWhereNoRegisterHeldNull) {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({});
  EXPECT_EQ(explain_fault(maker.report()).kind, FaultKind::near_null);
}

TEST(FaultRulesTest, DoesNotCompareASyndromeOfAnotherEvent) {
  ReportMaker maker;
  maker.bad_access(0x310873940850).arm64({{"far", 0}, {"esr", 0x56000080}});
  const FaultExplanation fault = explain_fault(maker.report());
  EXPECT_EQ(fault.kind, FaultKind::wild_pointer);
  EXPECT_EQ(fault.address, 0x310873940850U);
  EXPECT_FALSE(fault.agrees);
  EXPECT_FALSE(fault.access);
  EXPECT_THAT(fault.evidence, Contains(HasSubstr("stems from another event (system call)")));
}

TEST(FaultRulesTest, ComparesADirectionOnlyForABadAccess) {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGKILL").termination("FRONTBOARD", 0x8badf00d);
  maker.arm64({{"x20", 0}, {"far", 0}, {"esr", 0x92000047}}).code({0xf942e688});
  maker.report().termination->reasons = {"explanation:process-exit watchdog transgression: exhausted 5 s"};

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::watchdog);
  EXPECT_NE(fault.agrees, false);
  EXPECT_THAT(fault.sentence, HasSubstr("it did not exit in time"));
}

TEST(FaultRulesTest, AGuardPageFarFromTheStackPointerIsNoOverflow) {
  const auto kind_at = [](std::uint64_t sp) {
    ReportMaker maker;
    maker.bad_access(0x16f2a3fe0, 2).arm64({{"sp", sp}, {"far", 0x16f2a3fe0}, {"esr", 0x92000047}});
    maker.report().vm_region_info =
        "0x16f2a3fe0 is in 0x16f2a0000-0x16f2a4000\n"
        "--->  STACK GUARD                 16f2a0000-16f2a4000    [   16K] ---/rwx SM=NUL  stack guard";
    return explain_fault(maker.report()).kind;
  };
  EXPECT_EQ(kind_at(0x16f2a4000), FaultKind::stack_overflow);
  EXPECT_EQ(kind_at(0x16f32a1f0), FaultKind::write_protected);  // A copy that ran down.
  EXPECT_EQ(kind_at(0x16f253a90), FaultKind::write_protected);  // One that ran up, from another stack.
}

struct DisagreementCase {
  std::string name;
  std::uint64_t x20;
  std::uint64_t far_value;
  std::uint64_t esr;
};

TEST(FaultRulesTest, SaysWhenTheEvidenceDoesNotTellOneStory) {
  for (const DisagreementCase& row : {
           DisagreementCase{"the registers give another address", 0x40, 0x5c8, 0x92000006},
           DisagreementCase{"far is another address", 0, 0x99999, 0x92000006},
           DisagreementCase{"the syndrome says write", 0, 0x5c8, 0x92000046},
           DisagreementCase{"the syndrome says 1 byte", 0, 0x5c8, 0x93000006},
       }) {
    SCOPED_TRACE(row.name);
    ReportMaker maker;
    maker.bad_access(0x5c8)
        .arm64({{"x20", row.x20}, {"far", row.far_value}, {"esr", row.esr}})
        .code({kLoadField});
    const FaultExplanation fault = explain_fault(maker.report());
    EXPECT_EQ(fault.agrees, false);
    EXPECT_THAT(fault.evidence, Contains(HasSubstr("disagrees: ")));
    EXPECT_THAT(fault.sentence, HasSubstr("not all evidence agrees"));
  }
}

// Where instruction and address do not fit, the instruction must not name the register.
TEST(FaultRulesTest, DoesNotBelieveAnInstructionThatTouchesAnotherAddress) {
  ReportMaker maker;
  maker.bad_access(0x123456789000).arm64({{"x20", 0}}).code({kLoadField});
  const FaultExplanation fault = explain_fault(maker.report());
  EXPECT_EQ(fault.kind, FaultKind::wild_pointer);
  EXPECT_EQ(fault.base_register, "");
  EXPECT_EQ(fault.agrees, false);
}

struct AccessCase {
  std::string name;
  FaultKind kind;
  std::string sentence;  // Part of it.
  std::function<void(ReportMaker&)> make;
};

TEST(FaultRulesTest, TellsBadAccessesApart) {
  const std::vector<AccessCase> cases{
      {"a NULL function pointer", FaultKind::null_call, "NULL function pointer was called",
       [](ReportMaker& m) { m.bad_access(0).arm64({{"pc", 0}}); }},
      {"a jump to data", FaultKind::execute_protected, "which is no code",
       [](ReportMaker& m) {
         m.bad_access(0x104000020, 2).arm64({{"pc", 0x104000020}, {"esr", 0x8200000f}});
       }},
      {"a jump to nowhere", FaultKind::wild_pointer, "jumped to 0x41414141",
       [](ReportMaker& m) { m.bad_access(0x41414141).arm64({{"pc", 0x41414141}, {"esr", 0x82000006}}); }},
      {"a jump to a small number", FaultKind::near_null, "jumped to 0x18",
       [](ReportMaker& m) { m.bad_access(0x18).arm64({{"pc", 0x18}}); }},
      {"a signed pointer", FaultKind::pointer_authentication, "not a valid signed pointer",
       [](ReportMaker& m) {
         m.bad_access(0x2000000100ae9df8).arm64({});
         m.report().exception->subtype =
             "KERN_INVALID_ADDRESS at 0x2000000100ae9df8 -> 0x0000000100ae9df8 (possible pointer "
             "authentication failure)";
       }},
      {"the authentication code", FaultKind::pointer_authentication, "not a valid signed pointer",
       [](ReportMaker& m) { m.bad_access(0x2000000100ae9df8, 0x105).arm64({}); }},
      {"an alignment fault", FaultKind::misaligned, "which is not aligned",
       [](ReportMaker& m) { m.bad_access(0x100000003, 0x101).arm64({{"esr", 0x92000021}}); }},
      {"a write to code", FaultKind::write_protected, "which is code",
       [](ReportMaker& m) {
         m.bad_access(0x104000098, 2).arm64({{"x9", 0x104000000}, {"esr", 0x9200004f}}).code({kStoreField});
         m.report().vm_region_info = "--->  __TEXT   104000000-104004000 [16K] r-x/r-x SM=COW  /bin/x\n";
       }},
      {"a write to read-only data", FaultKind::write_protected, "which may not be written",
       [](ReportMaker& m) {
         m.bad_access(0x104000098, 2).arm64({{"x9", 0x104000000}, {"esr", 0x9200004f}}).code({kStoreField});
         m.report().vm_region_info = "--->  __DATA_CONST 104000000-104004000 [16K] r--/rw- SM=COW  /bin/x\n";
       }},
      {"a read of what may not be touched", FaultKind::wild_pointer, "which may not be touched",
       [](ReportMaker& m) { m.bad_access(0x1040005c8, 2).arm64({{"x20", 0x104000000}}).code({kLoadField}); }},
      {"a stack guard", FaultKind::stack_overflow, "the stack is full",
       [](ReportMaker& m) {
         m.bad_access(0x16f000010, 2).arm64({{"sp", 0x16f000020}});
         m.report().vm_region_info =
             "--->  STACK GUARD  16f000000-16f004000 [16K] ---/rwx SM=NUL  thread 3\n";
       }},
      {"an address just below sp", FaultKind::stack_overflow, "the stack is full",
       [](ReportMaker& m) { m.bad_access(0x16effffe0, 1).arm64({{"sp", 0x16f000000}}); }},
      {"the kernel's words", FaultKind::stack_overflow, "the stack is full",
       [](ReportMaker& m) {
         m.bad_access(0x16f000010, 2).arm64({});
         m.report().exception->message = "Thread stack size exceeded due to excessive recursion";
       }},
      {"scribbled memory", FaultKind::poisoned_pointer, "MallocScribble",
       [](ReportMaker& m) {
         m.bad_access(0x5555555555555b1d).arm64({{"x20", 0x5555555555555555}}).code({kLoadField});
       }},
      {"a dead pointer", FaultKind::poisoned_pointer, "dead memory",
       [](ReportMaker& m) { m.bad_access(0xdeadbeef).arm64({}); }},
      {"an unmapped object", FaultKind::wild_pointer, "through x20 (0x123400000) + 0x5c8",
       [](ReportMaker& m) { m.bad_access(0x1234005c8).arm64({{"x20", 0x123400000}}).code({kLoadField}); }},
      {"a page that could not be read", FaultKind::unknown, "could not be read in",
       [](ReportMaker& m) { m.bad_access(0x104000000, 10).arm64({{"x20", 0x104000000}}); }},
  };
  for (const AccessCase& row : cases) {
    SCOPED_TRACE(row.name);
    ReportMaker maker;
    row.make(maker);
    const FaultExplanation fault = explain_fault(maker.report());
    EXPECT_EQ(fault_kind_text(fault.kind), fault_kind_text(row.kind)) << fault.sentence;
    EXPECT_THAT(fault.sentence, HasSubstr(row.sentence));
  }
}

// 0xdead7038 is within reach of nothing: numbers that look a little like a marker are not one.
TEST(FaultRulesTest, DoesNotSeePoisonInNumbersNearIt) {
  ReportMaker maker;
  maker.bad_access(0xdead7038).arm64({});
  EXPECT_EQ(explain_fault(maker.report()).kind, FaultKind::wild_pointer);
}

TEST(FaultRulesTest, ReadsX86FaultsWithTheirOwnTraps) {
  ReportMaker null_field;
  null_field.bad_access(0x5c8).x86({{"rdi", 0}}).code_bytes({0x48, 0x8b, 0x87, 0xc8, 0x05, 0, 0});
  EXPECT_EQ(explain_fault(null_field.report()).sentence, "rdi is NULL; 8-byte read of field 0x5c8");

  // Code 13 shows address 0 though nothing was NULL.
  ReportMaker garbage;
  garbage.bad_access(0, 13).x86({{"rdi", 0x70006d00690000}}).code_bytes({0x48, 0x8b, 0x87, 0xc8, 0x05, 0, 0});
  const FaultExplanation wild = explain_fault(garbage.report());
  EXPECT_EQ(wild.kind, FaultKind::wild_pointer);
  EXPECT_FALSE(wild.address);
  EXPECT_THAT(wild.sentence, HasSubstr("rdi (0x70006d00690000)"));

  // movaps [rsp + 16]: a good address, but not on 16 bytes.
  ReportMaker vector;
  vector.bad_access(0, 13).x86({{"rsp", 0x7ff7b0000008}}).code_bytes({0x0f, 0x29, 0x4c, 0x24, 0x10});
  EXPECT_EQ(explain_fault(vector.report()).kind, FaultKind::misaligned);

  // rep movsb: the address tells that the source was bad.
  ReportMaker copy;
  copy.bad_access(0x20).x86({{"rsi", 0x20}, {"rdi", 0x7ff7b0000000}}).code_bytes({0xf3, 0xa4});
  const FaultExplanation copied = explain_fault(copy.report());
  EXPECT_EQ(copied.base_register, "rsi");
  EXPECT_EQ(copied.access, AccessKind::read);

  // push: the stack itself.
  ReportMaker push;
  push.bad_access(0x7ff7affffff8, 2).x86({{"rsp", 0x7ff7b0000000}}).code_bytes({0x55});
  EXPECT_EQ(explain_fault(push.report()).kind, FaultKind::stack_overflow);
}

// Rosetta prints arm64's words about signed pointers for x86 code, which has none.
TEST(FaultRulesTest, FindsNoSignedPointersUnderRosetta) {
  ReportMaker maker;
  maker.bad_access(0x70006d00690040).x86({});
  maker.report().translated = true;
  maker.report().exception->subtype =
      "KERN_INVALID_ADDRESS at 0x0070006d00690040 -> 0x0000006d00690040 (possible pointer authentication "
      "failure)";
  EXPECT_EQ(explain_fault(maker.report()).kind, FaultKind::wild_pointer);
}

TEST(FaultRulesTest, TellsDeliberateEndsApart) {
  const std::vector<AccessCase> cases{
      {"a Metal assertion", FaultKind::assertion, "A command encoder is already encoding",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT")
             .words("libsystem_c.dylib",
                    "-[AGX a]:1091: failed assertion `A command encoder is already "
                    "encoding to this command buffer'");
       }},
      {"an assertion without words", FaultKind::assertion, "an assertion failed",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT")
             .frame("libsystem_c.dylib", "abort")
             .frame("Metal", "MTLReportFailure");
       }},
      {"Swift's assertion without words", FaultKind::assertion, "Swift: fatalError, precondition or assert",
       [](ReportMaker& m) {
         m.exception("EXC_BREAKPOINT", "SIGTRAP")
             .frame("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)")
             .frame("app", "card(at:)");
       }},
      {"Swift's assertion with words", FaultKind::assertion, "no bloom for week 53",
       [](ReportMaker& m) {
         m.exception("EXC_BREAKPOINT", "SIGTRAP")
             .words("app", "app/BloomTable.swift:77: Fatal error: no bloom for week 53")
             .frame("libswiftCore.dylib", "_assertionFailure(_:_:file:line:flags:)");
       }},
      {"a C++ exception", FaultKind::uncaught_exception, "uncaught c10::Error: out of memory",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT")
             .words("libc++abi.dylib",
                    "terminating due to uncaught exception of type c10::Error: out of memory");
       }},
      {"an exception known from the stack", FaultKind::uncaught_exception, "an exception was not caught",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT").frame("libc++abi.dylib", "std::terminate()");
       }},
      {"a plain abort", FaultKind::abort, "aborted itself",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT").words("libsystem_c.dylib", "abort() called");
       }},
      {"an abort with the allocator's words", FaultKind::abort, "free(): invalid pointer",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT").words("libc.so.6", "free(): invalid pointer");
       }},
      {"a Swift trap", FaultKind::trap, "Fatal error: Index out of range",
       [](ReportMaker& m) {
         m.exception("EXC_BREAKPOINT", "SIGTRAP", {1, 0x104000020})
             .arm64({{"esr", 0xf2000001}})
             .code({0xd4200020});
         m.words("libswiftCore.dylib", "Fatal error: Index out of range");
       }},
      {"a failed check of a signed pointer", FaultKind::pointer_authentication, "key DA",
       [](ReportMaker& m) {
         m.exception("EXC_BREAKPOINT", "SIGTRAP", {1, 0}).arm64({{"esr", 0xf200c472}}).code({0xd4388e40});
       }},
      {"ud2", FaultKind::trap, "ud2",
       [](ReportMaker& m) {
         m.exception("EXC_BAD_INSTRUCTION", "SIGILL", {1, 0}).x86({}).code_bytes({0x0f, 0x0b});
       }},
      {"an unknown instruction", FaultKind::illegal_instruction, "bytes ff ff ff ff",
       [](ReportMaker& m) {
         m.exception("EXC_BAD_INSTRUCTION", "SIGILL", {1, 0}).arm64({}).code({0xffffffff});
       }},
      {"a division by zero", FaultKind::arithmetic, "division by zero: rcx is 0",
       [](ReportMaker& m) {
         m.exception("EXC_ARITHMETIC", "SIGFPE", {1, 0}).x86({{"rcx", 0}}).code_bytes({0xf7, 0xf9});
       }},
      {"a guard", FaultKind::guard, "GUARD_TYPE_MACH_PORT",
       [](ReportMaker& m) {
         m.exception("EXC_GUARD", "SIGKILL", {78611, 0});
         m.report().exception->subtype = "GUARD_TYPE_MACH_PORT";
       }},
      {"too much CPU", FaultKind::resource_limit, "more than 80 % of a CPU for 60 s",
       [](ReportMaker& m) {
         m.exception("EXC_RESOURCE", "SIGKILL", {(1ULL << 61U) | (60U << 7U) | 80U, 0});
       }},
      {"the watchdog", FaultKind::watchdog, "0x8badf00d",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGKILL").termination("FRONTBOARD", 0x8badf00d); }},
      {"a lock held while suspended", FaultKind::killed, "0xdead10cc",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGKILL").termination("RUNNINGBOARD", 0xdead10cc); }},
      {"a code signature", FaultKind::code_signature, "Invalid Page",
       [](ReportMaker& m) {
         m.bad_access(0x10101c000, 50).arm64({}).termination("CODESIGNING", 2, "Invalid Page");
       }},
      {"a missing library", FaultKind::launch_failure, "Library not loaded",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT").termination("DYLD", 1, "Library missing");
         m.report().termination->reasons = {"Library not loaded: libx.dylib"};
       }},
      {"a breach of security", FaultKind::killed, "a rule of security",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGKILL").termination("SPRINGBOARD", 0x2bad45ec); }},
      {"a bus error of which only the signal is known", FaultKind::unknown, "it crashed with SIGBUS",
       [](ReportMaker& m) {
         m.termination("SIGNAL", 10, "Bus error: 10");
         m.report().exception.reset();
       }},
      {"a kill of which only the signal is known", FaultKind::killed, "it was ended",
       [](ReportMaker& m) {
         m.termination("SIGNAL", 9, "Killed: 9");
         m.report().exception.reset();
       }},
      {"a breach of privacy", FaultKind::abort, "TCC",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGABRT").termination("TCC", 0); }},
      {"an abort with a namespace of its own", FaultKind::abort, "(OBJC code 0x1)",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGABRT").termination("OBJC", 1); }},
      {"a kill without reason", FaultKind::killed, "no reason",
       [](ReportMaker& m) { m.exception("EXC_CRASH", "SIGKILL"); }},
      {"a signal from somebody else", FaultKind::abort, "watchdogd sent it SIGABRT",
       [](ReportMaker& m) {
         m.exception("EXC_CRASH", "SIGABRT").termination("SIGNAL", 6, "Abort trap: 6");
         m.report().termination->by_process = "watchdogd";
       }},
      {"nothing at all", FaultKind::unknown, "does not say why", [](ReportMaker&) {}},
  };
  for (const AccessCase& row : cases) {
    SCOPED_TRACE(row.name);
    ReportMaker maker;
    row.make(maker);
    const FaultExplanation fault = explain_fault(maker.report());
    EXPECT_EQ(fault_kind_text(fault.kind), fault_kind_text(row.kind)) << fault.sentence;
    EXPECT_THAT(fault.sentence, HasSubstr(row.sentence));
    EXPECT_FALSE(fault.rule.empty());
  }
}

// Old words lie about in a process that lives long; an address is a better witness.
TEST(FaultRulesTest, AGpuErrorOfTheOutputIsTheCauseOfAnAbortOnly) {
  ReportMaker aborted;
  aborted.exception("EXC_CRASH", "SIGABRT");
  ReportMaker dereferenced;
  dereferenced.bad_access(0x5c8);

  const auto abort = explain_fault(aborted.report(), "cudaErrorLaunchFailure");
  const auto access = explain_fault(dereferenced.report(), "cudaErrorLaunchFailure");

  EXPECT_EQ(abort.gpu_error, "cudaErrorLaunchFailure");
  EXPECT_EQ(access.gpu_error, "");
  EXPECT_THAT(access.evidence, Contains(HasSubstr("cudaErrorLaunchFailure (not counted as the cause)")));
}

TEST(FaultRulesTest, SaysWhatASanitizerFound) {
  ReportMaker maker;
  maker.exception("EXC_CRASH", "SIGABRT");
  maker.report().app_specific_info = {
      {"", {"AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x1"}}};

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::abort);
  EXPECT_EQ(fault.rule, "sanitizer");
  EXPECT_EQ(fault.sentence, "AddressSanitizer: heap-use-after-free on address 0x* at pc 0x*");
}

TEST(FaultRulesTest, TakesTheDirectionFromASanitizersWords) {
  ReportMaker maker;
  maker.bad_access(0x18);
  maker.report().app_specific_info = {{"", {"The signal is caused by a WRITE memory access."}}};

  EXPECT_EQ(explain_fault(maker.report()).access, AccessKind::write);
}

TEST(FaultRulesTest, TakesTheAddressFromTheRegionWhereTheCodesLackIt) {
  ReportMaker maker;
  maker.exception("EXC_BAD_ACCESS", "SIGSEGV", {1});
  maker.report().vm_region_info = "0x48 is not in any region.  Bytes before following region: 4294967224";

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::null_dereference);
  EXPECT_EQ(fault.address, 0x48U);
}

TEST(FaultRulesTest, ABadAccessWithoutAnAddressIsNoKill) {
  ReportMaker maker;
  maker.exception("EXC_BAD_ACCESS", "SIGSEGV", {});

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::unknown);
  EXPECT_EQ(fault.rule, "bad_access");
  EXPECT_EQ(fault.sentence, "an access to memory failed (SIGSEGV); the report does not say at which address");
}

TEST(FaultRulesTest, ASwiftFatalErrorThatNamesItsPlaceIsAnAssertion) {
  ReportMaker maker;
  maker.exception("EXC_BREAKPOINT", "SIGTRAP");
  maker.report().app_specific_info = {
      {"libswiftCore.dylib", {"Grid/Board.swift:77: Fatal error: Index out of range"}}};

  const FaultExplanation fault = explain_fault(maker.report());

  EXPECT_EQ(fault.kind, FaultKind::assertion);
  EXPECT_EQ(fault.sentence, "assertion failed: Fatal error: Index out of range");
}

TEST(FaultRulesTest, DoesNotTakeABadAccessForAnAssertion) {
  ReportMaker maker;
  maker.bad_access(0x5c8).arm64({{"x20", 0}}).code({kLoadField});
  maker.words("Metal", "-[X y]:3: failed assertion `old words'");
  EXPECT_EQ(explain_fault(maker.report()).kind, FaultKind::null_dereference);
}

TEST(FaultRulesTest, DoesNotCallOtherDocumentsCrashes) {
  for (const ReportKind kind :
       {ReportKind::panic, ReportKind::jetsam, ReportKind::stackshot, ReportKind::gpu_event,
        ReportKind::forced_reset, ReportKind::other, ReportKind::unreadable}) {
    CrashReport report;
    report.kind = kind;
    const FaultExplanation fault = explain_fault(report);
    EXPECT_TRUE(fault.kind == FaultKind::unknown || fault.kind == FaultKind::killed)
        << report_kind_text(kind);
    EXPECT_FALSE(fault.sentence.empty());
  }
}

}  // namespace
}  // namespace faultline

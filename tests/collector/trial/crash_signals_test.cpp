#include "collector/trial/crash_signals.h"

#include <gtest/gtest.h>

#include <csignal>

namespace faultline {
namespace {

struct ExceptionCase {
  const char* what;
  SignalFacts facts;
  CpuKind cpu;
  const char* type;
  std::vector<std::uint64_t> codes;
  const char* subtype;  // Empty: none.
};

SignalFacts facts(int signal, int code, std::uint64_t address = 0) {
  SignalFacts out;
  out.signal = signal;
  out.code = code;
  out.address = address;
  return out;
}

// si_code values are those of Linux's asm-generic/siginfo.h; codes and names those of xnu's headers.
TEST(CrashSignalsTest, SignalsBecomeTheMachExceptionsThatMacosWouldReport) {
  SignalFacts undefined = facts(SIGILL, 1, 0x4000);
  undefined.instruction = 0x00000000;
  SignalFacts trap = facts(SIGTRAP, 1, 0x4000);
  trap.pc = 0x4000;
  const std::vector<ExceptionCase> cases{
      {"unmapped",
       facts(SIGSEGV, 1, 0x5c8),
       CpuKind::arm64,
       "EXC_BAD_ACCESS",
       {1, 0x5c8},
       "KERN_INVALID_ADDRESS at 0x00000000000005c8"},
      {"no right",
       facts(SIGSEGV, 2, 0x7f0000001000),
       CpuKind::x86_64,
       "EXC_BAD_ACCESS",
       {2, 0x7f0000001000},
       "KERN_PROTECTION_FAILURE at 0x00007f0000001000"},
      {"protection key",
       facts(SIGSEGV, 4, 0x10),
       CpuKind::x86_64,
       "EXC_BAD_ACCESS",
       {2, 0x10},
       "KERN_PROTECTION_FAILURE at 0x0000000000000010"},
      {"non-canonical address",
       facts(SIGSEGV, 0x80, 0),
       CpuKind::x86_64,
       "EXC_BAD_ACCESS",
       {13, 0},
       "UNKNOWN_0xD at 0x0000000000000000"},
      {"memory tag",
       facts(SIGSEGV, 9, 0x0a00000000001000),
       CpuKind::arm64,
       "EXC_BAD_ACCESS",
       {0x106, 0x0a00000000001000},
       "UNKNOWN_0x106 at 0x0a00000000001000"},
      {"misaligned",
       facts(SIGBUS, 1, 0x1003),
       CpuKind::arm64,
       "EXC_BAD_ACCESS",
       {0x101, 0x1003},
       "EXC_ARM_DA_ALIGN at 0x0000000000001003"},
      {"behind the end of a file",
       facts(SIGBUS, 2, 0x2000),
       CpuKind::arm64,
       "EXC_BAD_ACCESS",
       {10, 0x2000},
       "KERN_MEMORY_ERROR at 0x0000000000002000"},
      {"undefined instruction", undefined, CpuKind::arm64, "EXC_BAD_INSTRUCTION", {1, 0}, ""},
      {"division by zero", facts(SIGFPE, 1, 0x4000), CpuKind::x86_64, "EXC_ARITHMETIC", {1, 0}, ""},
      {"breakpoint", trap, CpuKind::arm64, "EXC_BREAKPOINT", {1, 0x4000}, ""},
      {"int3", facts(SIGTRAP, 0x80, 0), CpuKind::x86_64, "EXC_BREAKPOINT", {2, 0}, ""},
      {"abort", facts(SIGABRT, -6, 4711), CpuKind::arm64, "EXC_CRASH", {0, 0}, ""},
      {"SEGV sent by somebody", facts(SIGSEGV, 0, 4711), CpuKind::x86_64, "EXC_CRASH", {0, 0}, ""},
      {"quit", facts(SIGQUIT, 0), CpuKind::arm64, "EXC_CRASH", {0, 0}, ""},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected.what);
    const auto info = describe_exception(expected.facts, expected.cpu);
    EXPECT_EQ(info.type, expected.type);
    EXPECT_EQ(info.raw_codes, expected.codes);
    EXPECT_EQ(info.subtype.value_or(""), expected.subtype);
    EXPECT_EQ(info.signal, signal_name(expected.facts.signal));
  }
}

TEST(CrashSignalsTest, AddressIsOneOnlyWhereTheKernelRaisedTheSignal) {
  EXPECT_TRUE(has_fault_address(facts(SIGSEGV, 1)));
  EXPECT_TRUE(has_fault_address(facts(SIGFPE, 1)));
  EXPECT_FALSE(has_fault_address(facts(SIGSEGV, 0)));   // kill(2): a pid.
  EXPECT_FALSE(has_fault_address(facts(SIGABRT, -6)));  // tgkill(2): a pid.
  EXPECT_FALSE(has_fault_address(facts(SIGSYS, 1)));    // seccomp: an address of code.
  EXPECT_TRUE(has_access_address(facts(SIGBUS, 1)));
  EXPECT_FALSE(has_access_address(facts(SIGFPE, 1)));
  EXPECT_FALSE(has_access_address(facts(SIGSEGV, 0x80)));
}

TEST(CrashSignalsTest, CodesAreWrittenWithSixteenDigits) {
  EXPECT_EQ(describe_exception(facts(SIGSEGV, 1, 0x5c8), CpuKind::arm64).codes,
            "0x0000000000000001, 0x00000000000005c8");
}

TEST(CrashSignalsTest, TerminationNamesTheKernelOrTheSender) {
  const auto fault = describe_termination(facts(SIGSEGV, 1, 8), 100, "");
  EXPECT_EQ(fault.by_process, "exc handler");
  EXPECT_EQ(fault.by_pid, 100);
  EXPECT_EQ(fault.indicator, "Segmentation fault: " + std::to_string(SIGSEGV));

  auto sent = facts(SIGABRT, 0);
  sent.sender_pid = 42;
  const auto killed = describe_termination(sent, 100, "bash");
  EXPECT_EQ(killed.by_process, "bash");
  EXPECT_EQ(killed.by_pid, 42);
  EXPECT_EQ(killed.code, static_cast<std::uint64_t>(SIGABRT));
}

TEST(CrashSignalsTest, OnlySignalsThatDumpCoreAreCrashes) {
  for (const int signal : {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS}) {
    EXPECT_TRUE(is_crash_signal(signal)) << signal;
  }
  for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP, SIGPIPE, SIGALRM, SIGUSR1}) {
    EXPECT_FALSE(is_crash_signal(signal)) << signal;
  }
}

}  // namespace
}  // namespace faultline

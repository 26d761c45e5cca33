#include "collector/trial/crash_signals.h"

#include <fmt/format.h>

#include <array>
#include <csignal>

namespace faultline {
namespace {

struct SignalWords {
  int signal;
  const char* name;
  const char* words;
};

constexpr std::array<SignalWords, 15> kSignals{{
    {SIGHUP, "SIGHUP", "Hangup"},
    {SIGINT, "SIGINT", "Interrupt"},
    {SIGQUIT, "SIGQUIT", "Quit"},
    {SIGILL, "SIGILL", "Illegal instruction"},
    {SIGTRAP, "SIGTRAP", "Trace/BPT trap"},
    {SIGABRT, "SIGABRT", "Abort trap"},
    {SIGBUS, "SIGBUS", "Bus error"},
    {SIGFPE, "SIGFPE", "Floating point exception"},
    {SIGKILL, "SIGKILL", "Killed"},
    {SIGUSR1, "SIGUSR1", "User defined signal 1"},
    {SIGSEGV, "SIGSEGV", "Segmentation fault"},
    {SIGUSR2, "SIGUSR2", "User defined signal 2"},
    {SIGPIPE, "SIGPIPE", "Broken pipe"},
    {SIGTERM, "SIGTERM", "Terminated"},
    {SIGSYS, "SIGSYS", "Bad system call"},
}};

const SignalWords* find_signal(int signal) {
  for (const auto& row : kSignals) {
    if (row.signal == signal) return &row;
  }
  return nullptr;
}

// Mach's numbers; the second code of BAD_ACCESS is the address.
constexpr std::uint64_t kInvalidAddress = 1;
constexpr std::uint64_t kProtectionFailure = 2;
constexpr std::uint64_t kMemoryFailure = 9;
constexpr std::uint64_t kMemoryError = 10;
constexpr std::uint64_t kGeneralProtection = 13;  // EXC_I386_GPFLT
constexpr std::uint64_t kAlignment = 0x101;       // EXC_ARM_DA_ALIGN
constexpr std::uint64_t kTagCheck = 0x106;

// Values of si_code, the same on all Linux CPUs (asm-generic/siginfo.h); spelled out because macOS
// headers lack some of them.
constexpr int kSegvMapErr = 1;
constexpr int kSegvAccErr = 2;
constexpr int kSegvPkuErr = 4;
constexpr int kSegvMteAsync = 8;
constexpr int kSegvMteSync = 9;
constexpr int kBusAdrAln = 1;
constexpr int kBusAdrErr = 2;
constexpr int kFpeIntDiv = 1;
constexpr int kFpeFltDiv = 3;
constexpr int kFpeFltOvf = 4;
constexpr int kFpeFltUnd = 5;
constexpr int kFpeFltRes = 6;
constexpr int kTrapTrace = 2;
constexpr int kFromKernel = 0x80;  // SI_KERNEL

void set_codes(ExceptionInfo& info, std::uint64_t first, std::uint64_t second) {
  info.raw_codes = {first, second};
  info.codes = fmt::format("{:#018x}, {:#018x}", first, second);
}

void set_access(ExceptionInfo& info, std::uint64_t code, std::string_view name, std::uint64_t address) {
  info.type = "EXC_BAD_ACCESS";
  set_codes(info, code, address);
  info.subtype = fmt::format("{} at {:#018x}", name, address);
}

void describe_segv(ExceptionInfo& info, const SignalFacts& facts, CpuKind cpu) {
  switch (facts.code) {
    case kSegvMapErr:
      return set_access(info, kInvalidAddress, "KERN_INVALID_ADDRESS", facts.address);
    case kSegvAccErr:
    case kSegvPkuErr:
      return set_access(info, kProtectionFailure, "KERN_PROTECTION_FAILURE", facts.address);
    case kSegvMteAsync:
    case kSegvMteSync:
      return set_access(info, kTagCheck, "UNKNOWN_0x106", facts.address);
    case kFromKernel:
      // x86: a non-canonical address makes a general protection fault, which has no address. macOS
      // prints it so, and the zero is not a NULL.
      if (cpu == CpuKind::x86_64) return set_access(info, kGeneralProtection, "UNKNOWN_0xD", 0);
      break;
    default:
      break;
  }
  const auto code = static_cast<std::uint64_t>(facts.code);
  set_access(info, code, fmt::format("UNKNOWN_{:#X}", code), facts.address);
}

void describe_bus(ExceptionInfo& info, const SignalFacts& facts) {
  if (facts.code == kBusAdrAln) return set_access(info, kAlignment, "EXC_ARM_DA_ALIGN", facts.address);
  if (facts.code == kBusAdrErr) return set_access(info, kMemoryError, "KERN_MEMORY_ERROR", facts.address);
  set_access(info, kMemoryFailure, "KERN_MEMORY_FAILURE", facts.address);
}

/// EXC_I386_DIV, EXC_I386_SSEEXTERR; EXC_ARM_FP_IO … IX.
std::uint64_t arithmetic_code(const SignalFacts& facts, CpuKind cpu) {
  if (cpu == CpuKind::x86_64) return facts.code == kFpeIntDiv ? 1 : 8;
  switch (facts.code) {
    case kFpeFltDiv:
      return 2;
    case kFpeFltOvf:
      return 3;
    case kFpeFltUnd:
      return 4;
    case kFpeFltRes:
      return 5;
    default:
      return 1;
  }
}

}  // namespace

bool is_crash_signal(int signal) {
  switch (signal) {
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGSYS:
      return true;
    default:
      return false;
  }
}

std::string signal_name(int signal) {
  const auto* row = find_signal(signal);
  return row != nullptr ? std::string(row->name) : fmt::format("SIG{}", signal);
}

std::string signal_indicator(int signal) {
  const auto* row = find_signal(signal);
  return fmt::format("{}: {}", row != nullptr ? row->words : "Signal", signal);
}

bool has_fault_address(const SignalFacts& facts) {
  if (facts.code <= 0) return false;
  return facts.signal == SIGSEGV || facts.signal == SIGBUS || facts.signal == SIGILL ||
         facts.signal == SIGFPE || facts.signal == SIGTRAP;
}

bool has_access_address(const SignalFacts& facts) {
  return has_fault_address(facts) && (facts.signal == SIGSEGV || facts.signal == SIGBUS) &&
         facts.code != kFromKernel;
}

ExceptionInfo describe_exception(const SignalFacts& facts, CpuKind cpu) {
  ExceptionInfo info;
  info.signal = signal_name(facts.signal);
  info.type = "EXC_CRASH";
  set_codes(info, 0, 0);
  if (facts.system_call) info.message = fmt::format("system call {} was refused", *facts.system_call);
  if (!has_fault_address(facts)) return info;
  switch (facts.signal) {
    case SIGSEGV:
      describe_segv(info, facts, cpu);
      break;
    case SIGBUS:
      describe_bus(info, facts);
      break;
    case SIGILL:
      info.type = "EXC_BAD_INSTRUCTION";
      set_codes(info, 1, facts.instruction.value_or(0));
      break;
    case SIGFPE:
      info.type = "EXC_ARITHMETIC";
      set_codes(info, arithmetic_code(facts, cpu), 0);
      break;
    case SIGTRAP:
      info.type = "EXC_BREAKPOINT";
      // EXC_I386_SGL, EXC_I386_BPT; EXC_ARM_BREAKPOINT with the pc.
      if (cpu == CpuKind::x86_64) {
        set_codes(info, facts.code == kTrapTrace ? 1 : 2, 0);
      } else {
        set_codes(info, 1, facts.pc);
      }
      break;
    default:
      break;
  }
  return info;
}

Termination describe_termination(const SignalFacts& facts, std::int64_t pid, const std::string& by) {
  Termination end;
  end.name_space = "SIGNAL";
  end.flags = 0;
  end.code = static_cast<std::uint64_t>(facts.signal);
  end.indicator = signal_indicator(facts.signal);
  if (facts.code > 0) {
    end.by_process = "exc handler";
    end.by_pid = pid;
  } else {
    if (!by.empty()) end.by_process = by;
    end.by_pid = facts.sender_pid;
  }
  return end;
}

}  // namespace faultline

// Signals that mean a crash, what the system says with them, and how reports word that.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/model/crash_report.h"

namespace faultline {

/// QUIT ILL TRAP ABRT BUS FPE SEGV SYS: those whose default action is to dump core.
bool is_crash_signal(int signal);

/// `SIGSEGV`; `SIG34` for one without a name.
std::string signal_name(int signal);

/// `Segmentation fault: 11`: macOS's words with this host's number.
std::string signal_indicator(int signal);

enum class CpuKind { x86_64, arm64 };

/// What siginfo_t and the registers say of one signal. `code` and `address` are si_code and si_addr.
struct SignalFacts {
  int signal = 0;
  int code = 0;
  std::uint64_t address = 0;
  std::int64_t sender_pid = 0;  ///< Meaningful where code <= 0.
  std::uint64_t pc = 0;
  std::optional<std::uint32_t> instruction;  ///< arm64: the word at the pc, where it could be read.
  std::optional<int> system_call;            ///< SIGSYS.
};

/// True where the address is one of memory: SEGV BUS ILL FPE TRAP raised by the kernel. For any other
/// signal the same bytes of siginfo hold a pid or a timer (sigaction(2)).
bool has_fault_address(const SignalFacts& facts);

/// True where the address is the data or code address that could not be accessed, as x86 has it in cr2.
bool has_access_address(const SignalFacts& facts);

/// Type, codes and subtype as macOS words the same fault. Names and numbers: xnu
/// osfmk/mach/exception_types.h, mach/arm/exception.h, mach/i386/exception.h.
ExceptionInfo describe_exception(const SignalFacts& facts, CpuKind cpu);

/// `by` is the name of the process that sent the signal, where one did.
Termination describe_termination(const SignalFacts& facts, std::int64_t pid, const std::string& by);

}  // namespace faultline

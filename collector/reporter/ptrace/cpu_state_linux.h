// The registers of one stopped thread. One body per CPU: cpu_state_x86_64_linux.cpp,
// cpu_state_arm64_linux.cpp.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "collector/trial/crash_signals.h"
#include "core/model/crash_report.h"

namespace faultline {

struct CpuState {
  std::vector<Register> registers;  ///< Under their real names, in the report's order.
  /// By DWARF number from 0 (x86-64 psABI figure 3.36; DWARF for the Arm 64-bit Architecture).
  std::vector<std::uint64_t> dwarf;
  std::uint64_t pc = 0;
  std::uint64_t sp = 0;
};

CpuKind host_cpu();
std::string_view host_cpu_type();  ///< `X86-64`, `ARM-64`
std::string_view host_arch();      ///< `x86_64`, `arm64`

/// Reads a ptrace-stopped thread; nullopt if it is gone or runs another architecture (32 bits).
std::optional<CpuState> read_cpu_state(pid_t tid);

/// As a report shows it. `access_address`: what siginfo gave as the address of a failed access; shown as
/// cr2 or far, which cannot be read otherwise and are left out otherwise, as err, trap and esr always are.
ThreadState thread_state(const CpuState& state, std::optional<std::uint64_t> access_address);

using ReadWord = std::function<std::optional<std::uint64_t>(std::uint64_t)>;
using ReadBytesBefore = std::function<std::vector<std::uint8_t>(std::uint64_t, std::size_t)>;

/// For a pc where no code is (a call through a bad pointer): the state right after return to the caller,
/// its pc still within the call instruction's bytes so that look-ups find the caller's line. nullopt where
/// the memory does not show that a call led here.
std::optional<CpuState> state_of_caller(const CpuState& state, const ReadWord& read_word,
                                        const ReadBytesBefore& read_before);

}  // namespace faultline

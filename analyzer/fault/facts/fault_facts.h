// All that a report says about the fault of its crashed thread, side by side, before any rule judges.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/instruction/esr.h"
#include "analyzer/instruction/instruction.h"
#include "core/model/crash_report.h"

namespace faultline {

/// EXC_I386_GPFLT: with this code the reported address means nothing.
inline constexpr std::uint64_t kGeneralProtection = 13;

/// The marked row of `vmRegionInfo`: what lies at the faulting address.
struct FaultRegion {
  bool mapped = false;
  std::string type;        ///< `Stack Guard`, `__TEXT`, `MALLOC_TINY`; empty where nothing is mapped.
  std::string protection;  ///< Current rights, `r-x`; empty if the row has none.
  std::string detail;      ///< Path or thread, as printed.
  [[nodiscard]] bool is_stack_guard() const;
};

/// nullopt for text that has no marked row.
std::optional<FaultRegion> read_region(std::string_view vm_region_info);

struct FaultFacts {
  const CrashReport* report = nullptr;
  const Thread* thread = nullptr;      ///< The crashed one, or null.
  const ThreadState* state = nullptr;  ///< Its registers, or null.
  std::optional<Cpu> cpu;
  bool translated = false;  ///< Under Rosetta: x86 code, arm64 addresses and texts.

  bool is_bad_access = false;
  std::optional<std::uint64_t> code;  ///< First Mach code.
  std::optional<std::uint64_t>
      address;                      ///< Second code of a bad access; never of a general protection fault.
  std::optional<std::uint64_t> pc;  ///< Without authentication bits.
  std::optional<std::uint64_t> sp;
  std::optional<std::uint64_t> far;              ///< `far` or `cr2`.
  std::optional<Syndrome> syndrome;              ///< Of arm64 only.
  std::optional<std::uint64_t> page_fault_bits;  ///< x86 `err` where `trap` is a page fault.
  std::optional<MemoryDirection>
      told_direction;  ///< In words, by a sanitizer that read the signal's context.
  std::optional<FaultRegion> region;

  std::vector<std::uint8_t> before_pc;
  std::vector<std::uint8_t> at_pc;
  std::optional<Instruction> instruction;
  std::optional<std::uint64_t> effective;  ///< The address that the instruction touches, from the registers.
  /// The instruction touches memory, and the reported address is (as far as known) the one it touches.
  bool instruction_fits = false;

  [[nodiscard]] std::optional<std::uint64_t> read(std::string_view register_name) const;
  /// True if `far`/`cr2` and syndrome stem from this fault and not from an older event.
  [[nodiscard]] bool syndrome_is_of_fault() const;
  /// What hardware said, without the instruction.
  [[nodiscard]] std::optional<MemoryDirection> hardware_direction() const;
};

/// Pure; the report must outlive the facts.
FaultFacts gather_facts(const CrashReport& report);

/// True if `address` lies in the `size_bytes` from `effective`, authentication and tag bits aside.
bool covers(std::uint64_t effective, std::optional<std::uint32_t> size_bytes, std::uint64_t address);

/// True for what can be an address of user space on that CPU: 47 bits, on arm64 below a free top byte.
bool is_canonical(std::uint64_t address, std::optional<Cpu> cpu);

}  // namespace faultline

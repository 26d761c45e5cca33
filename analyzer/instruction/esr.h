// The exception syndrome register of AArch64, bit by bit.
//
// Layout after the Arm Architecture Reference Manual, ESR_EL1 (class in 31:26, ISS in 24:0).

#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace faultline {

enum class SyndromeClass {
  unknown_instruction,  ///< 0x00: undefined instruction, or nothing said.
  system_call,          ///< 0x11, 0x15: the registers stem from a call, not from a fault.
  pointer_authentication,
  instruction_abort,
  pc_alignment,
  data_abort,
  sp_alignment,
  debug,       ///< Hardware breakpoint, step, watchpoint.
  breakpoint,  ///< BRK
  other,
};

enum class AbortCause { address_size, translation, access_flag, permission, external, tag, alignment, other };

struct Syndrome {
  std::uint32_t value = 0;
  std::uint32_t exception_class = 0;  ///< EC, 6 bits.
  SyndromeClass kind = SyndromeClass::other;
  std::optional<bool> write;                ///< WnR; data aborts only, absent for cache maintenance.
  std::optional<AbortCause> cause;          ///< From DFSC or IFSC; aborts only.
  std::optional<std::uint32_t> level;       ///< Of the translation table, where the cause has one.
  std::optional<std::uint32_t> size_bytes;  ///< SAS; only where ISV is 1.
  bool address_valid = true;                ///< FnV is 0: `far` belongs to this fault.
  std::uint32_t comment = 0;                ///< Immediate of a BRK.
  friend bool operator==(const Syndrome&, const Syndrome&) = default;
};

/// Total: every value means something.
Syndrome decode_syndrome(std::uint64_t esr);

/// `data abort, write, translation fault level 2`
std::string syndrome_text(const Syndrome& syndrome);

}  // namespace faultline

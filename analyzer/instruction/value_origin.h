// Where a register's value came from, read backwards from the code before the pc.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "analyzer/instruction/instruction.h"

namespace faultline {

enum class OriginKind { loaded, set_to_zero, returned_by_call };

struct ValueOrigin {
  OriginKind kind = OriginKind::loaded;
  std::size_t instructions_before = 0;  ///< Of the pc; 1 is the one just before it.
  std::string text;                     ///< That instruction.
  std::optional<MemoryOperand> memory;  ///< Of a load.
  std::string holder;                   ///< The register that it went to, where moves lie between.
  bool base_unchanged = false;          ///< The load's base still holds at the pc what it held there.
};

/// Follows `register_name` back through moves until a load, a zero or a call gave it its value.
///
/// nullopt where the bytes do not reach that far, where another instruction computed it, or where the
/// code between cannot be run straight through (a branch or return). Code that jumps to between the
/// two is not seen: the answer holds for control that came straight. On x86, whose instructions have
/// no fixed length, only what every way of reading the bytes agrees on is used.
std::optional<ValueOrigin> find_value_origin(Cpu cpu, std::span<const std::uint8_t> before_pc,
                                             std::uint64_t pc, std::string_view register_name);

/// `x9 was loaded from field 0x918 of x19 one instruction before`
std::string origin_sentence(std::string_view register_name, const ValueOrigin& origin);

}  // namespace faultline

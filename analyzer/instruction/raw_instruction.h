// What LLVM's MC layer says of one instruction, copied out of its own types.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/instruction/instruction.h"

namespace faultline {

/// Names are LLVM's, in its static tables: `X9`, `W9`, `FP`, `RAX`; empty for "no register".
struct RawOperand {
  bool is_register = false;
  std::string_view register_name;
  std::int64_t immediate = 0;
  bool is_written = false;
  bool may_be_stack_pointer = false;  ///< AArch64: its class is GPR64sp, that of all base registers.
  bool is_memory = false;             ///< x86: one of the five parts of a memory operand.
};

struct RawInstruction {
  std::string_view opcode;
  std::string text;
  std::uint32_t length_bytes = 0;
  std::vector<RawOperand> operands;
  std::vector<std::string_view> implied_writes;
  bool may_load = false;
  bool may_store = false;
  bool is_call = false;
  bool is_branch = false;
  bool is_conditional = false;
  bool is_indirect = false;
  bool is_return = false;
  bool is_trap = false;
};

/// The one place that sets up LLVM's decoder and printer. nullopt for bytes that are no instruction, or too
/// few. As decode_instruction() in cost and threads.
std::optional<RawInstruction> disassemble(Cpu cpu, std::span<const std::uint8_t> bytes, std::uint64_t pc);

/// What both CPUs have in common: names, length, and calls, returns and branches.
Instruction begin_reading(const RawInstruction& raw);

/// Adds the general registers that the instruction writes to `out.written_registers`, each once. Explicit
/// operands come first, since write-back puts the base before what was loaded.
void read_written_registers(Cpu cpu, const RawInstruction& raw, Instruction& out);

/// Give meaning to a raw instruction; total functions.
Instruction read_arm64(const RawInstruction& raw);
Instruction read_x86(const RawInstruction& raw);

}  // namespace faultline

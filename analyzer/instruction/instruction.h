// Reads one machine instruction: which memory it touches through which register, how wide, which way.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

enum class Cpu { arm64, x86_64 };

/// How an AArch64 index register is widened before it is added.
enum class IndexExtension { none, unsigned_32, signed_32 };

/// What a displacement without a base register counts from.
enum class OperandAnchor { none, this_instruction, next_instruction };

/// `base + index * scale + displacement`. Register names are those of reports (`x0`, `fp`, `rax`).
struct MemoryOperand {
  std::string base;               ///< Empty where there is none (x86 absolute, AArch64 literal).
  std::string index;              ///< Empty where there is none. Always the 64-bit name.
  std::uint32_t index_scale = 1;  ///< Bytes per unit of the index register.
  IndexExtension extension = IndexExtension::none;
  std::int64_t displacement = 0;  ///< In bytes. 0 for post-indexed forms: the base alone is the address.
  OperandAnchor anchor = OperandAnchor::none;  ///< AArch64 literals: this one; x86 `rip`: the next.
  std::string segment;                         ///< x86 `fs` or `gs`: its base is in no report.
  bool complete = true;  ///< False for scalable vectors: the address cannot be worked out.
  friend bool operator==(const MemoryOperand&, const MemoryOperand&) = default;
};

enum class InstructionFlow { next, branch, conditional_branch, call, return_, trap, undefined };
enum class MemoryDirection { none, read, write, read_write };

/// What an instruction puts into the registers that it writes, as far as tracing a pointer needs it.
enum class ValueSource { other, memory, copy, zero, address };

struct Instruction {
  std::string text;      ///< LLVM's text with single spaces: `ldr x8, [x20, #0x5c8]`.
  std::string mnemonic;  ///< First word of it.
  std::string opcode;    ///< LLVM's name: `LDRXui`.
  std::uint32_t length_bytes = 0;
  InstructionFlow flow = InstructionFlow::next;
  std::optional<MemoryOperand> memory;  ///< Prefetches and address computations have none.
  MemoryDirection direction = MemoryDirection::none;
  std::optional<std::uint32_t> size_bytes;     ///< All bytes that are touched: 16 for a pair of 8.
  std::optional<std::uint32_t> trap_code;      ///< Immediate of `brk`.
  std::string flow_register;                   ///< `blr x8`, `call rax`: x8, rax.
  bool authenticates = false;                  ///< Checks a pointer signature.
  bool divides = false;                        ///< x86 `div` and `idiv`.
  std::vector<std::string> written_registers;  ///< 64-bit names of general registers, implied ones too.
  ValueSource value = ValueSource::other;
  std::string value_register;  ///< The first written register, which `value` is about.
  std::string copied_from;     ///< For `copy` and `address`.
};

/// Decodes the instruction at the start of `bytes`; nullopt where LLVM knows none there.
///
/// `pc` is only used for the text of relative operands. The first call for a CPU sets LLVM's tables
/// up (some milliseconds); after that a call costs about a microsecond. Apple's arm64e of the newest
/// cores is assumed, which every older AArch64 program is a subset of.
///
/// Threads: may be called from several at once; each keeps a disassembler of its own.
std::optional<Instruction> decode_instruction(Cpu cpu, std::span<const std::uint8_t> bytes, std::uint64_t pc);

/// Value of a register by its report name; nullopt where the report does not have it.
using RegisterReader = std::function<std::optional<std::uint64_t>(std::string_view)>;

/// The address that the operand stands for, wrapping around; nullopt where a register is missing, a
/// segment takes part, or the operand is not complete.
std::optional<std::uint64_t> effective_address(const Instruction& instruction, std::uint64_t pc,
                                               const RegisterReader& read);

/// `w9`, `x9` -> `x9`; `eax`, `al` -> `rax`; `x29` -> `fp`. Empty for what is no general register.
std::string full_register_name(Cpu cpu, std::string_view name);

}  // namespace faultline

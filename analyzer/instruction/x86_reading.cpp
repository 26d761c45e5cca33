// x86-64: LLVM's operands -> what the instruction does to memory.
//
// A memory operand is five parts in a row: base, scale, index, displacement, segment. Widths stand in
// the Intel text only (`qword ptr`). LLVM's load and store flags are wrong for string instructions
// with a repeat prefix, `int3` and `ud2`, which are read by name.

#include <algorithm>
#include <array>
#include <utility>

#include "analyzer/instruction/raw_instruction.h"

namespace faultline {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint32_t>, 9> kWidths{{
    {"xmmword ptr", 16},
    {"ymmword ptr", 32},
    {"zmmword ptr", 64},
    {"xword ptr", 10},
    {"tbyte ptr", 10},
    {"qword ptr", 8},
    {"dword ptr", 4},
    {"word ptr", 2},
    {"byte ptr", 1},
}};

std::optional<std::uint32_t> width_of(std::string_view text) {
  for (const auto& [word, bytes] : kWidths) {
    if (text.find(word) != std::string_view::npos) return bytes;
  }
  return std::nullopt;
}

// `mov byte ptr [rdi], al` names one width; `movs` has two operands of the same.
bool is_string_instruction(std::string_view opcode) {
  for (const std::string_view stem :
       {"MOVSB", "MOVSW", "MOVSL", "MOVSQ", "STOSB", "STOSW", "STOSL", "STOSQ", "LODSB", "LODSW",
        "LODSL", "LODSQ", "CMPSB", "CMPSW", "CMPSL", "CMPSQ", "SCASB", "SCASW", "SCASL", "SCASQ"}) {
    if (opcode == stem) return true;
  }
  return false;
}

std::uint32_t element_width(char letter) {
  switch (letter) {
    case 'B':
      return 1;
    case 'W':
      return 2;
    case 'L':
      return 4;
    default:
      return 8;
  }
}

void read_string_instruction(const RawInstruction& raw, Instruction& out) {
  MemoryOperand memory;
  const bool from_source = raw.opcode.starts_with("LODS") || raw.opcode.starts_with("CMPS");
  memory.base = from_source ? "rsi" : "rdi";
  out.memory = memory;
  if (raw.opcode.starts_with("MOVS")) {
    // Reads [rsi] and writes [rdi]: which of them faulted is decided by the addresses.
    out.direction = MemoryDirection::read_write;
  } else {
    out.direction = raw.opcode.starts_with("STOS") ? MemoryDirection::write : MemoryDirection::read;
  }
  out.size_bytes = element_width(raw.opcode.back());
}

std::optional<std::size_t> find_memory(const RawInstruction& raw) {
  for (std::size_t i = 0; i + 5 <= raw.operands.size(); ++i) {
    const auto first = raw.operands.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::all_of(first, first + 5, [](const RawOperand& operand) { return operand.is_memory; })) return i;
  }
  return std::nullopt;
}

void read_memory(const RawInstruction& raw, std::size_t at, Instruction& out) {
  MemoryOperand memory;
  const std::string_view base = raw.operands[at].register_name;
  const bool from_pc = base == "RIP" || base == "EIP";
  if (from_pc) memory.anchor = OperandAnchor::next_instruction;
  if (!from_pc) memory.base = full_register_name(Cpu::x86_64, base);
  memory.index_scale = static_cast<std::uint32_t>(raw.operands[at + 1].immediate);
  memory.index = full_register_name(Cpu::x86_64, raw.operands[at + 2].register_name);
  memory.displacement = raw.operands[at + 3].immediate;
  const std::string_view segment = raw.operands[at + 4].register_name;
  if (segment == "FS") memory.segment = "fs";
  if (segment == "GS") memory.segment = "gs";
  // Gathers index with a vector register.
  memory.complete = memory.index.empty() == raw.operands[at + 2].register_name.empty();
  out.memory = memory;
  out.size_bytes = width_of(out.text);
  if (raw.may_load && raw.may_store) {
    out.direction = MemoryDirection::read_write;
  } else {
    out.direction = raw.may_store ? MemoryDirection::write : MemoryDirection::read;
  }
}

// Pushes, pops, calls and returns touch the stack without an operand that says so.
void read_stack_access(const RawInstruction& raw, Instruction& out) {
  const bool pushes = raw.opcode.starts_with("PUSH") || raw.is_call;
  const bool pops = raw.opcode.starts_with("POP") || raw.opcode.starts_with("LEAVE") || raw.is_return;
  if (!pushes && !pops) return;
  MemoryOperand memory;
  memory.base = raw.opcode.starts_with("LEAVE") ? "rbp" : "rsp";
  memory.displacement = pushes ? -8 : 0;
  out.memory = memory;
  out.direction = pushes ? MemoryDirection::write : MemoryDirection::read;
  out.size_bytes = 8;
}

void read_x86_flow(const RawInstruction& raw, Instruction& out) {
  if (raw.opcode.starts_with("UD1") || raw.opcode.starts_with("UD2") || raw.opcode.starts_with("TRAP")) {
    out.flow = InstructionFlow::trap;  // LLVM's TRAP is `ud2`.
  } else if (raw.opcode == "INT3" || raw.opcode == "INT" || raw.opcode == "HLT") {
    out.flow = InstructionFlow::trap;
  }
  const bool flows = out.flow == InstructionFlow::call || out.flow == InstructionFlow::branch;
  if (flows && !find_memory(raw) && !raw.operands.empty() && raw.operands[0].is_register) {
    out.flow_register = full_register_name(Cpu::x86_64, raw.operands[0].register_name);
  }
  out.divides = out.mnemonic == "div" || out.mnemonic == "idiv";
}

void read_x86_value(const RawInstruction& raw, Instruction& out) {
  if (raw.opcode == "MOV64rm" || raw.opcode == "MOV32rm") {
    out.value = ValueSource::memory;
  } else if (raw.opcode == "MOV64rr" || raw.opcode == "MOV64rr_REV") {
    out.value = ValueSource::copy;
    if (raw.operands.size() > 1)
      out.copied_from = full_register_name(Cpu::x86_64, raw.operands[1].register_name);
  } else if ((raw.opcode == "XOR32rr" || raw.opcode == "XOR64rr") && raw.operands.size() > 2 &&
             raw.operands[1].register_name == raw.operands[2].register_name) {
    out.value = ValueSource::zero;
  }
}

}  // namespace

Instruction read_x86(const RawInstruction& raw) {
  Instruction out = begin_reading(raw);
  if (is_string_instruction(raw.opcode)) {
    read_string_instruction(raw, out);
  } else if (const auto at = find_memory(raw); at && (raw.may_load || raw.may_store)) {
    read_memory(raw, *at, out);
    // The other half of these is on the stack.
    if (raw.opcode.starts_with("PUSH")) out.direction = MemoryDirection::read;
    if (raw.opcode.starts_with("POP")) out.direction = MemoryDirection::write;
  }
  read_x86_flow(raw, out);
  if (!out.memory) read_stack_access(raw, out);
  read_written_registers(Cpu::x86_64, raw, out);
  if (!raw.operands.empty() && raw.operands[0].is_written && raw.operands[0].is_register) {
    out.value_register = full_register_name(Cpu::x86_64, raw.operands[0].register_name);
  }
  read_x86_value(raw, out);
  return out;
}

}  // namespace faultline

#include "analyzer/instruction/instruction.h"

#include <algorithm>
#include <array>

#include "analyzer/instruction/raw_instruction.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

std::string full_arm64_name(std::string_view name) {
  const std::string low = to_lower(name);
  if (low == "fp" || low == "lr" || low == "sp") return low;
  if (low == "wsp") return "sp";
  if (low.size() < 2 || low.size() > 3 || (low[0] != 'x' && low[0] != 'w')) return {};
  const std::string_view digits = std::string_view(low).substr(1);
  if (!is_all_digits(digits)) return {};
  if (digits == "29") return "fp";
  if (digits == "30") return "lr";
  if (digits == "31") return {};
  return "x" + std::string(digits);
}

std::string full_x86_name(std::string_view name) {
  static constexpr std::array<std::array<std::string_view, 5>, 9> kNames{{
      {"rax", "eax", "ax", "al", "ah"},
      {"rbx", "ebx", "bx", "bl", "bh"},
      {"rcx", "ecx", "cx", "cl", "ch"},
      {"rdx", "edx", "dx", "dl", "dh"},
      {"rsi", "esi", "si", "sil", ""},
      {"rdi", "edi", "di", "dil", ""},
      {"rbp", "ebp", "bp", "bpl", ""},
      {"rsp", "esp", "sp", "spl", ""},
      {"rip", "eip", "ip", "", ""},
  }};
  const std::string low = to_lower(name);
  if (low.empty()) return {};
  for (const auto& row : kNames) {
    if (std::find(row.begin(), row.end(), low) != row.end()) return std::string(row[0]);
  }
  if (low[0] != 'r' || low.size() < 2 || low[1] < '1' || low[1] > '9') return {};
  const auto end = low.find_first_not_of("0123456789", 1);
  const std::string number = low.substr(1, end == std::string::npos ? end : end - 1);
  const int value = std::stoi(number.substr(0, 3));
  return value >= 8 && value <= 15 ? "r" + number : std::string();
}

}  // namespace

std::string full_register_name(Cpu cpu, std::string_view name) {
  return cpu == Cpu::arm64 ? full_arm64_name(name) : full_x86_name(name);
}

std::optional<Instruction> decode_instruction(Cpu cpu, std::span<const std::uint8_t> bytes,
                                              std::uint64_t pc) {
  const auto raw = disassemble(cpu, bytes, pc);
  if (!raw) return std::nullopt;
  if (cpu == Cpu::arm64) return read_arm64(*raw);
  // LLVM gives `lock` and its like as an instruction of its own; to the CPU they are one with the next.
  if (!raw->opcode.ends_with("_PREFIX")) return read_x86(*raw);
  auto prefixed = decode_instruction(cpu, bytes.subspan(raw->length_bytes), pc + raw->length_bytes);
  if (!prefixed) return std::nullopt;
  prefixed->text = raw->text + " " + prefixed->text;
  prefixed->length_bytes += raw->length_bytes;
  return prefixed;
}

std::optional<std::uint64_t> effective_address(const Instruction& instruction, std::uint64_t pc,
                                               const RegisterReader& read) {
  if (!instruction.memory) return std::nullopt;
  const MemoryOperand& operand = *instruction.memory;
  if (!operand.complete || !operand.segment.empty()) return std::nullopt;
  auto address = static_cast<std::uint64_t>(operand.displacement);
  if (operand.anchor != OperandAnchor::none) address += pc;
  if (operand.anchor == OperandAnchor::next_instruction) address += instruction.length_bytes;
  if (!operand.base.empty()) {
    const auto base = read(operand.base);
    if (!base) return std::nullopt;
    address += *base;
  }
  if (!operand.index.empty()) {
    const auto index = read(operand.index);
    if (!index) return std::nullopt;
    std::uint64_t value = *index;
    if (operand.extension == IndexExtension::unsigned_32) value &= 0xffffffffULL;
    if (operand.extension == IndexExtension::signed_32) {
      value = static_cast<std::uint64_t>(static_cast<std::int64_t>(static_cast<std::int32_t>(value)));
    }
    address += value * operand.index_scale;
  }
  return address;
}

Instruction begin_reading(const RawInstruction& raw) {
  Instruction out;
  out.text = raw.text;
  out.mnemonic = raw.text.substr(0, raw.text.find(' '));
  out.opcode = raw.opcode;
  out.length_bytes = raw.length_bytes;
  if (raw.is_call) {
    out.flow = InstructionFlow::call;
  } else if (raw.is_return) {
    out.flow = InstructionFlow::return_;
  } else if (raw.is_branch) {
    out.flow = raw.is_conditional ? InstructionFlow::conditional_branch : InstructionFlow::branch;
  }
  return out;
}

void read_written_registers(Cpu cpu, const RawInstruction& raw, Instruction& out) {
  std::vector<std::string>& written = out.written_registers;
  const auto add = [&](std::string_view llvm_name) {
    std::string name = full_register_name(cpu, llvm_name);
    if (name.empty() || std::find(written.begin(), written.end(), name) != written.end()) return;
    written.push_back(std::move(name));
  };
  for (const auto& operand : raw.operands) {
    if (operand.is_written && operand.is_register) add(operand.register_name);
  }
  for (const auto& name : raw.implied_writes) add(name);
}

}  // namespace faultline

#include "analyzer/instruction/value_origin.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "core/base/hash.h"

namespace faultline {
namespace {

constexpr std::size_t kLongestX86 = 15;

// AArch64: words from the pc backwards, nearest first.
std::vector<Instruction> decode_arm64_backwards(std::span<const std::uint8_t> before, std::uint64_t pc) {
  std::vector<Instruction> out;
  for (std::size_t back = 4; back <= before.size(); back += 4) {
    auto instruction = decode_instruction(Cpu::arm64, before.subspan(before.size() - back, 4), pc - back);
    if (!instruction) break;
    out.push_back(std::move(*instruction));
  }
  return out;
}

// x86: decodes from every start that could lie on the way to the pc; an instruction counts where more
// than three quarters of the ways that arrive at the pc exactly have it.
std::vector<Instruction> decode_x86_backwards(std::span<const std::uint8_t> before, std::uint64_t pc) {
  std::map<std::size_t, std::size_t> passed;  // Offset of an instruction -> ways through it.
  std::map<std::size_t, Instruction> decoded;
  std::size_t ways = 0;
  const std::size_t latest_start = before.size() > kLongestX86 ? before.size() - kLongestX86 : 1;
  for (std::size_t start = 0; start < latest_start; ++start) {
    std::vector<std::size_t> way;
    std::size_t at = start;
    while (at < before.size()) {
      auto found = decoded.find(at);
      if (found == decoded.end()) {
        auto instruction = decode_instruction(Cpu::x86_64, before.subspan(at), pc - (before.size() - at));
        if (!instruction) break;
        found = decoded.emplace(at, std::move(*instruction)).first;
      }
      way.push_back(at);
      at += found->second.length_bytes;
    }
    if (at != before.size()) continue;
    ++ways;
    for (const std::size_t offset : way) ++passed[offset];
  }
  std::vector<Instruction> out;
  std::size_t expected_end = before.size();
  for (auto it = passed.rbegin(); it != passed.rend(); ++it) {
    const auto& [offset, count] = *it;
    if (count * 4 <= ways * 3) continue;
    const Instruction& instruction = decoded.at(offset);
    if (offset + instruction.length_bytes != expected_end) break;
    out.push_back(instruction);
    expected_end = offset;
  }
  return out;
}

bool writes(const Instruction& instruction, std::string_view name) {
  return std::find(instruction.written_registers.begin(), instruction.written_registers.end(), name) !=
         instruction.written_registers.end();
}

// What a called function may leave changed (AAPCS64, System V).
bool survives_call(Cpu cpu, std::string_view name) {
  if (cpu == Cpu::arm64) {
    if (name == "fp" || name == "sp") return true;
    if (name.size() < 3 || name[0] != 'x') return false;
    return name[1] == '2' || name == "x19";
  }
  constexpr std::array<std::string_view, 7> kKept{"rbx", "rbp", "rsp", "r12", "r13", "r14", "r15"};
  return std::find(kKept.begin(), kKept.end(), name) != kKept.end();
}

std::string_view result_register(Cpu cpu) { return cpu == Cpu::arm64 ? "x0" : "rax"; }

// True if nothing between the load and the pc (nearest first, `count` of them) changes `name`.
bool unchanged_since(Cpu cpu, const std::vector<Instruction>& code, std::size_t count,
                     std::string_view name) {
  for (std::size_t i = 0; i <= count && i < code.size(); ++i) {
    if (writes(code[i], name)) return false;
    if (code[i].flow == InstructionFlow::call && !survives_call(cpu, name)) return false;
  }
  return true;
}

}  // namespace

std::optional<ValueOrigin> find_value_origin(Cpu cpu, std::span<const std::uint8_t> before_pc,
                                             std::uint64_t pc, std::string_view register_name) {
  const std::vector<Instruction> code =
      cpu == Cpu::arm64 ? decode_arm64_backwards(before_pc, pc) : decode_x86_backwards(before_pc, pc);
  std::string wanted(register_name);
  for (std::size_t i = 0; i < code.size(); ++i) {
    const Instruction& instruction = code[i];
    const bool straight = instruction.flow == InstructionFlow::next ||
                          instruction.flow == InstructionFlow::conditional_branch ||
                          instruction.flow == InstructionFlow::call;
    if (!straight) return std::nullopt;
    ValueOrigin origin;
    origin.instructions_before = i + 1;
    origin.text = instruction.text;
    if (wanted != register_name) origin.holder = wanted;
    if (instruction.flow == InstructionFlow::call) {
      if (wanted == result_register(cpu)) {
        origin.kind = OriginKind::returned_by_call;
        return origin;
      }
      if (!survives_call(cpu, wanted)) return std::nullopt;
      continue;
    }
    if (!writes(instruction, wanted)) continue;
    // Of write-back forms only the loaded register has the loaded value.
    const bool is_value = instruction.value_register == wanted;
    if (instruction.value == ValueSource::memory && instruction.memory) {
      const bool is_write_back = instruction.memory->base == wanted && instruction.value_register != wanted;
      if (is_write_back) return std::nullopt;
      origin.memory = instruction.memory;
      const bool is_second = instruction.opcode.starts_with("LDP") &&
                             instruction.written_registers.size() > 1 &&
                             instruction.written_registers.back() == wanted;
      if (is_second) origin.memory->displacement += instruction.size_bytes.value_or(0) / 2;
      origin.base_unchanged = unchanged_since(cpu, code, i, instruction.memory->base);
      return origin;
    }
    if (!is_value) return std::nullopt;
    if (instruction.value == ValueSource::zero) {
      origin.kind = OriginKind::set_to_zero;
      return origin;
    }
    if (instruction.value != ValueSource::copy || instruction.copied_from.empty()) return std::nullopt;
    wanted = instruction.copied_from;
  }
  return std::nullopt;
}

std::string origin_sentence(std::string_view register_name, const ValueOrigin& origin) {
  constexpr std::array<std::string_view, 11> kNumbers{"zero", "one",   "two",   "three", "four", "five",
                                                      "six",  "seven", "eight", "nine",  "ten"};
  const std::string count = origin.instructions_before < kNumbers.size()
                                ? std::string(kNumbers[origin.instructions_before])
                                : fmt::format("{}", origin.instructions_before);
  const std::string when =
      fmt::format("{} instruction{} before", count, origin.instructions_before == 1 ? "" : "s");
  switch (origin.kind) {
    case OriginKind::set_to_zero:
      return fmt::format("{} was set to zero {}", register_name, when);
    case OriginKind::returned_by_call:
      return fmt::format("{} was returned by the call {}", register_name, when);
    case OriginKind::loaded:
      break;
  }
  const MemoryOperand& memory = *origin.memory;
  const bool is_stack =
      memory.base == "sp" || memory.base == "rsp" || memory.base == "fp" || memory.base == "rbp";
  if (memory.base.empty()) return fmt::format("{} was loaded from a global {}", register_name, when);
  if (!memory.index.empty()) {
    return fmt::format("{} was loaded from an element behind {} (index {}) {}", register_name, memory.base,
                       memory.index, when);
  }
  if (is_stack) return fmt::format("{} was loaded from the stack {}", register_name, when);
  const std::string field = memory.displacement < 0
                                ? "-" + hex(static_cast<std::uint64_t>(-memory.displacement))
                                : hex(static_cast<std::uint64_t>(memory.displacement));
  return fmt::format("{} was loaded from field {} of {} {}", register_name, field, memory.base, when);
}

}  // namespace faultline

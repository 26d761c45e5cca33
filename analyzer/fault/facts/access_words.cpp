#include "analyzer/fault/facts/access_words.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "analyzer/instruction/value_origin.h"
#include "core/base/hash.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

AccessKind access_kind(MemoryDirection direction) {
  switch (direction) {
    case MemoryDirection::write:
      return AccessKind::write;
    case MemoryDirection::read_write:
      return AccessKind::read_write;
    default:
      return AccessKind::read;
  }
}

bool has_fitting_operand(const FaultFacts& facts) {
  return facts.instruction && facts.instruction->memory && facts.instruction_fits && !executes(facts);
}

bool is_general_register(std::string_view name, std::optional<Cpu> cpu) {
  if (cpu == Cpu::arm64) {
    return (name.size() > 1 && name[0] == 'x' && is_digit(name[1])) || name == "fp" || name == "lr";
  }
  return name != "rip" && name != "rflags" && !full_register_name(Cpu::x86_64, name).empty();
}

}  // namespace

bool executes(const FaultFacts& facts) {
  if (!facts.is_bad_access) return false;
  if (facts.page_fault_bits && !facts.translated && (*facts.page_fault_bits & 16U) != 0) return true;
  if (facts.syndrome && facts.syndrome->kind == SyndromeClass::instruction_abort) return true;
  if (!facts.pc) return false;
  if (*facts.pc == 0) return true;
  return facts.address && strip_pointer_authentication(*facts.address) == *facts.pc;
}

std::optional<AccessKind> access_of(const FaultFacts& facts) {
  if (executes(facts)) return AccessKind::execute;
  if (has_fitting_operand(facts)) return access_kind(facts.instruction->direction);
  const auto hardware = facts.syndrome_is_of_fault() ? facts.hardware_direction() : std::nullopt;
  const auto direction = hardware ? hardware : facts.told_direction;
  return direction ? std::optional(access_kind(*direction)) : std::nullopt;
}

void fill_access(const FaultFacts& facts, FaultExplanation& out) {
  out.address = facts.address;
  out.access = access_of(facts);
  if (executes(facts)) return;
  if (facts.instruction) out.instruction = facts.instruction->text;
  if (!has_fitting_operand(facts)) return;
  out.size_bytes = facts.instruction->size_bytes;
  out.base_register = facts.instruction->memory->base;
  if (!out.base_register.empty()) out.base_value = facts.read(out.base_register);
}

std::string operation(const FaultFacts& facts, std::string_view where) {
  const auto access = access_of(facts);
  std::string words;
  if (has_fitting_operand(facts) && facts.instruction->size_bytes) {
    words = fmt::format("{}-byte ", *facts.instruction->size_bytes);
  }
  if (access == AccessKind::write) {
    words += "write to ";
  } else if (access == AccessKind::read) {
    words += "read of ";
  } else if (access == AccessKind::read_write) {
    words += "read and write of ";
  } else {
    words += "access to ";
  }
  return words + std::string(where);
}

std::string signed_hex(std::int64_t value) {
  if (value < 0) return "-" + hex(std::uint64_t{0} - static_cast<std::uint64_t>(value));
  return hex(static_cast<std::uint64_t>(value));
}

std::string operand_words(const FaultFacts& facts) {
  if (!has_fitting_operand(facts)) return {};
  const MemoryOperand& memory = *facts.instruction->memory;
  if (memory.base.empty() && memory.index.empty()) return {};
  std::string words = " through ";
  const auto add_register = [&](const std::string& name, std::uint32_t scale) {
    words += name;
    if (scale > 1) words += fmt::format(" * {}", scale);
    if (const auto value = facts.read(name)) words += fmt::format(" ({})", hex(*value));
  };
  if (!memory.base.empty()) add_register(memory.base, 1);
  if (!memory.index.empty()) {
    if (!memory.base.empty()) words += " + ";
    add_register(memory.index, memory.index_scale);
  }
  if (memory.displacement > 0) words += " + " + signed_hex(memory.displacement);
  if (memory.displacement < 0) words += " - " + signed_hex(-memory.displacement);
  return words;
}

std::vector<std::string> null_registers(const FaultFacts& facts) {
  std::vector<std::string> names;
  if (facts.state == nullptr) return names;
  for (const auto& reg : facts.state->registers) {
    if (reg.value == 0 && is_general_register(reg.name, facts.cpu)) names.push_back(reg.name);
  }
  return names;
}

void add_origin(const FaultFacts& facts, FaultExplanation& out) {
  if (!facts.cpu || out.base_register.empty() || facts.before_pc.empty()) return;
  const auto origin = find_value_origin(*facts.cpu, facts.before_pc, facts.pc.value_or(0), out.base_register);
  if (!origin) return;
  out.sentence += "; " + origin_sentence(out.base_register, *origin);
  std::string line = fmt::format("`{}` stands {} instruction{} before the pc", origin->text,
                                 origin->instructions_before, origin->instructions_before == 1 ? "" : "s");
  if (!origin->holder.empty()) line += fmt::format(" (by way of {})", origin->holder);
  if (origin->memory && origin->base_unchanged && !origin->memory->base.empty()) {
    if (const auto value = facts.read(origin->memory->base)) {
      line += fmt::format("; {} is still {}", origin->memory->base, hex(*value));
    }
  }
  out.evidence.push_back(std::move(line));
}

std::string region_words(const FaultFacts& facts) {
  if (!facts.region) return facts.code == 1 ? "where nothing is mapped" : "";
  if (!facts.region->mapped) return "where nothing is mapped";
  std::string words = "inside " + (facts.region->type.empty() ? "a mapped region" : facts.region->type);
  if (!facts.region->protection.empty()) words += " (" + facts.region->protection + ")";
  return words;
}

void add_message_evidence(const FaultFacts& facts, FaultExplanation& out) {
  if (facts.thread == nullptr || facts.thread->frames.empty() || !facts.thread->frames.front().symbol) return;
  const std::string& top = *facts.thread->frames.front().symbol;
  constexpr std::array<std::string_view, 4> kNames{"objc_msgSend", "objc_retain", "objc_release",
                                                   "objc_opt_"};
  const bool dispatch =
      std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) { return top.starts_with(name); });
  if (!dispatch || facts.state == nullptr) return;
  const bool arm = facts.cpu == Cpu::arm64;
  std::string line = top + ": the object was most likely freed or overwritten";
  if (const auto receiver = facts.read(arm ? "x0" : "rdi")) {
    line += fmt::format("; {} = {}", arm ? "x0" : "rdi", hex(*receiver));
  }
  const Register* selector = facts.state->find(arm ? "x1" : "rsi");
  if (selector != nullptr && selector->objc_selector) line += "; message " + *selector->objc_selector;
  out.evidence.push_back(std::move(line));
}

}  // namespace faultline

// AArch64: LLVM's opcode names and operands -> what the instruction does to memory.
//
// LLVM's description has neither the width of an access nor an unscaled displacement. Both follow
// from the opcode's name, which is built from a stem (LDR, LDUR, LDP, …), a width (B, H, W, X, …)
// and a form (ui, pre, post, roX, …).

#include <algorithm>
#include <array>

#include "analyzer/instruction/raw_instruction.h"

namespace faultline {
namespace {

bool drop_suffix(std::string_view& name, std::string_view suffix) {
  if (!name.ends_with(suffix)) return false;
  name.remove_suffix(suffix.size());
  return true;
}

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view p) { return name.starts_with(p); });
}

bool is_pair(std::string_view name) {
  return starts_with_any(name, {"LDP", "STP", "LDNP", "STNP", "LDXP", "LDAXP", "STXP", "STLXP", "CASP"});
}

bool is_atomic(std::string_view name) {
  return starts_with_any(name, {"CAS", "SWP", "LDADD", "LDCLR", "LDEOR", "LDSET", "LDSMAX", "LDSMIN",
                                "LDUMAX", "LDUMIN", "RCWCAS", "RCWSWP"});
}

bool is_tag_access(std::string_view name) {
  return starts_with_any(name,
                         {"STGi", "STGPre", "STGPost", "STZG", "ST2G", "STZ2G", "LDG", "STGM", "STZGM"});
}

// The form at the end of a name: which operand is the displacement, and in what unit.
enum class Form { scaled, unscaled, post, register_x, register_w, literal, plain };

Form take_form(std::string_view& name) {
  if (drop_suffix(name, "ui")) return Form::scaled;
  if (drop_suffix(name, "roX")) return Form::register_x;
  if (drop_suffix(name, "roW")) return Form::register_w;
  if (drop_suffix(name, "writeback") || drop_suffix(name, "pre") || drop_suffix(name, "PreIndex")) {
    return Form::unscaled;
  }
  if (drop_suffix(name, "post") || drop_suffix(name, "PostIndex") || drop_suffix(name, "_POST")) {
    return Form::post;
  }
  if (drop_suffix(name, "indexed")) return Form::unscaled;
  if (drop_suffix(name, "i")) return Form::unscaled;
  if (drop_suffix(name, "l")) return Form::literal;
  return Form::plain;
}

std::uint32_t element_bytes(char letter) {
  switch (letter) {
    case 'B':
    case 'b':
      return 1;
    case 'H':
    case 'h':
      return 2;
    case 'W':
    case 'S':
    case 's':
      return 4;
    case 'X':
    case 'D':
    case 'd':
      return 8;
    case 'Q':
      return 16;
    default:
      return 0;
  }
}

// LD1Fourv16b, LD4Rv2d, ST2i32: structures of up to four vectors.
std::optional<std::uint32_t> structure_bytes(std::string_view name) {
  if (!starts_with_any(name, {"LD1", "LD2", "LD3", "LD4", "ST1", "ST2", "ST3", "ST4"})) return std::nullopt;
  const auto structures = static_cast<std::uint32_t>(name[2] - '0');
  name.remove_prefix(3);
  if (!name.empty() && name.front() == 'i') {
    std::uint32_t bits = 0;
    for (const char c : name.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      bits = bits * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return bits == 0 || bits > 64 ? std::nullopt : std::optional(structures * bits / 8);
  }
  const bool replicated = !name.empty() && name.front() == 'R';
  if (replicated) name.remove_prefix(1);
  constexpr std::array<std::string_view, 5> kCounts{"", "One", "Two", "Three", "Four"};
  std::uint32_t count = structures;
  for (std::uint32_t i = 1; i < kCounts.size(); ++i) {
    if (!name.starts_with(kCounts[i])) continue;
    name.remove_prefix(kCounts[i].size());
    count = i;
    break;
  }
  if (name.size() < 3 || name.front() != 'v') return std::nullopt;
  std::uint32_t lanes = 0;
  for (const char c : name.substr(1, name.size() - 2)) {
    if (c < '0' || c > '9') return std::nullopt;
    lanes = lanes * 10 + static_cast<std::uint32_t>(c - '0');
  }
  const std::uint32_t element = element_bytes(name.back());
  if (element == 0 || lanes == 0 || lanes > 16) return std::nullopt;
  return replicated ? structures * element : count * lanes * element;
}

// Width of one element, from what is left of the name without its form.
std::optional<std::uint32_t> scalar_bytes(std::string_view stem) {
  if (stem.empty()) return std::nullopt;
  if (starts_with_any(stem, {"LD64B", "ST64B"})) return 64;
  if (stem.starts_with("LDRAA") || stem.starts_with("LDRAB")) return 8;
  if (stem == "LDAPUR") return 4;          // The one name without its letter.
  if (stem.starts_with("STGP")) return 8;  // Two X registers with one tag.
  if (stem.ends_with("SBW") || stem.ends_with("SBX")) return 1;
  if (stem.ends_with("SHW") || stem.ends_with("SHX")) return 2;
  if (stem.ends_with("SW")) return 4;
  const std::uint32_t bytes = element_bytes(stem.back());
  return bytes == 0 ? std::nullopt : std::optional(bytes);
}

MemoryDirection direction_of(std::string_view name) {
  if (is_atomic(name)) return MemoryDirection::read_write;
  // LLVM gives exclusive loads a store flag so that they keep their order; they only read.
  return name.starts_with("LD") ? MemoryDirection::read : MemoryDirection::write;
}

// SVE and SME: the address counts in vector lengths, which a report does not have.
bool is_scalable(const RawInstruction& raw) {
  return raw.text.find("{ z") != std::string::npos || raw.text.find("{z") != std::string::npos ||
         raw.text.find(" za") != std::string::npos || raw.text.find("{za") != std::string::npos ||
         raw.text.find(" zt0") != std::string::npos || raw.text.find(" z") == raw.text.find(' ') ||
         raw.text.find(" p") == raw.text.find(' ');
}

void read_index(const RawInstruction& raw, std::size_t base_at, Form form, std::uint32_t element,
                MemoryOperand& memory) {
  if (raw.operands.size() < base_at + 4) return;
  memory.index = full_register_name(Cpu::arm64, raw.operands[base_at + 1].register_name);
  const bool is_signed = raw.operands[base_at + 2].immediate != 0;
  const bool is_shifted = raw.operands[base_at + 3].immediate != 0;
  if (form == Form::register_w) {
    memory.extension = is_signed ? IndexExtension::signed_32 : IndexExtension::unsigned_32;
  }
  memory.index_scale = is_shifted ? std::max(element, 1U) : 1;
}

// The last operand that could be the stack pointer is the base: write-back forms name it twice, and
// tag stores have one as data before it.
std::optional<std::size_t> find_base(const RawInstruction& raw) {
  for (std::size_t i = raw.operands.size(); i-- > 0;) {
    if (raw.operands[i].is_register && raw.operands[i].may_be_stack_pointer) return i;
  }
  return std::nullopt;
}

void read_load_or_store(const RawInstruction& raw, Instruction& out) {
  std::string_view stem = raw.opcode;
  const Form form = take_form(stem);
  const bool tag = is_tag_access(raw.opcode);
  std::optional<std::uint32_t> element;
  if (!tag) element = structure_bytes(stem);
  const bool structure = element.has_value();
  if (!element && !tag) element = scalar_bytes(stem);

  MemoryOperand memory;
  const auto base_at = find_base(raw);
  if (!base_at && form != Form::literal) return;
  if (base_at) memory.base = full_register_name(Cpu::arm64, raw.operands[*base_at].register_name);
  out.direction = direction_of(raw.opcode);
  if (is_scalable(raw)) {
    memory.complete = false;
    out.memory = memory;
    return;
  }
  const bool pair = is_pair(raw.opcode) || raw.opcode.starts_with("STGP");
  std::int64_t unit = 1;
  if (tag || raw.opcode.starts_with("STGP")) {
    unit = 16;
  } else if (raw.opcode.starts_with("LDRAA") || raw.opcode.starts_with("LDRAB")) {
    unit = 8;
    out.authenticates = true;
  } else if (form == Form::scaled || pair) {
    unit = element.value_or(1);
  }
  if (form == Form::register_x || form == Form::register_w) {
    read_index(raw, *base_at, form, element.value_or(1), memory);
  } else if (form == Form::literal) {
    memory.anchor = OperandAnchor::this_instruction;
    memory.displacement = raw.operands.empty() ? 0 : raw.operands.back().immediate * 4;
  } else if (form != Form::post && !structure && *base_at + 1 < raw.operands.size() &&
             !raw.operands[*base_at + 1].is_register) {
    memory.displacement = raw.operands[*base_at + 1].immediate * unit;
  }
  out.memory = memory;
  if (element) out.size_bytes = *element * (pair ? 2 : 1);
}

void read_arm64_value(const RawInstruction& raw, Instruction& out) {
  const auto name_of = [&](std::size_t i) {
    return i < raw.operands.size() ? full_register_name(Cpu::arm64, raw.operands[i].register_name)
                                   : std::string();
  };
  const auto is_zero = [&](std::size_t i) {
    return i < raw.operands.size() &&
           (raw.operands[i].register_name == "XZR" || raw.operands[i].register_name == "WZR");
  };
  const auto immediate = [&](std::size_t i) {
    return i < raw.operands.size() ? raw.operands[i].immediate : -1;
  };
  if (out.memory && out.direction == MemoryDirection::read) {
    out.value = ValueSource::memory;
    return;
  }
  if ((raw.opcode == "ORRXrs" || raw.opcode == "ORRWrs") && is_zero(1) && immediate(3) == 0) {
    out.value_register = name_of(0);
    out.value = is_zero(2) ? ValueSource::zero : ValueSource::copy;
    out.copied_from = name_of(2);
  } else if ((raw.opcode == "MOVZXi" || raw.opcode == "MOVZWi") && immediate(1) == 0) {
    out.value = ValueSource::zero;
    out.value_register = name_of(0);
  } else if (raw.opcode == "ADDXri" && raw.operands.size() > 2 && !raw.operands[2].is_register) {
    out.value = immediate(2) == 0 ? ValueSource::copy : ValueSource::address;
    out.value_register = name_of(0);
    out.copied_from = name_of(1);
  }
}

void read_arm64_flow(const RawInstruction& raw, Instruction& out) {
  if (raw.opcode == "BRK" || raw.opcode == "HLT") {
    out.flow = InstructionFlow::trap;
    if (!raw.operands.empty()) out.trap_code = static_cast<std::uint32_t>(raw.operands[0].immediate);
  } else if (raw.opcode == "UDF") {
    out.flow = InstructionFlow::undefined;
  }
  const bool flows = out.flow == InstructionFlow::call || out.flow == InstructionFlow::branch;
  if (flows && !raw.operands.empty() && raw.operands[0].is_register) {
    out.flow_register = full_register_name(Cpu::arm64, raw.operands[0].register_name);
  }
  if (starts_with_any(raw.opcode, {"BRAA", "BRAB", "BLRAA", "BLRAB", "RETAA", "RETAB", "AUT", "ERETA"})) {
    out.authenticates = true;
  }
}

}  // namespace

Instruction read_arm64(const RawInstruction& raw) {
  Instruction out = begin_reading(raw);
  read_arm64_flow(raw, out);
  read_written_registers(Cpu::arm64, raw, out);
  const bool named_so = starts_with_any(raw.opcode, {"LD", "ST", "CAS", "SWP", "RCW"});
  // Not by LLVM's load and store flags: `ldapursb` and its kind have neither.
  if (named_so) read_load_or_store(raw, out);
  if (raw.text.starts_with("dc zva")) {
    // Writes the whole block that the address is in; how large that is only the machine knows.
    MemoryOperand memory;
    memory.base = full_register_name(Cpu::arm64, raw.operands.back().register_name);
    out.memory = memory;
    out.direction = MemoryDirection::write;
  }
  const bool write_back = out.memory && out.written_registers.size() == 2 &&
                          out.written_registers.front() == out.memory->base && !is_pair(raw.opcode);
  if (out.written_registers.size() == 1) out.value_register = out.written_registers.front();
  if (write_back) out.value_register = out.written_registers.back();
  read_arm64_value(raw, out);
  return out;
}

}  // namespace faultline

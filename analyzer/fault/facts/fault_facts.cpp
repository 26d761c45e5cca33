#include "analyzer/fault/facts/fault_facts.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::uint64_t kTrapPageFault = 14;
constexpr std::uint64_t kErrWrite = 2;
constexpr std::uint64_t kErrFetch = 16;

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view digits = text.substr(at + mark.size());
  if (digits.starts_with("0x")) digits.remove_prefix(2);
  std::uint64_t value = 0;
  const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (end.ec != std::errc{} || end.ptr == digits.data()) return std::nullopt;
  return value;
}

bool is_protection(std::string_view word) {
  if (word.size() != 7 || word[3] != '/') return false;
  for (const std::size_t i : {0U, 1U, 2U, 4U, 5U, 6U}) {
    if (std::string_view("rwx-").find(word[i]) == std::string_view::npos) return false;
  }
  return true;
}

// `158e00000-158f00000`: hex without 0x on both sides.
bool is_range(std::string_view word) {
  const auto dash = word.find('-');
  if (dash == std::string_view::npos || dash < 5 || dash + 5 >= word.size()) return false;
  return std::all_of(word.begin(), word.end(), [](char c) { return c == '-' || is_hex_digit(c); });
}

std::optional<Cpu> cpu_of(const CrashReport& report, const ThreadState* state) {
  if (state != nullptr) {
    if (state->find("x0") != nullptr && state->find("sp") != nullptr) return Cpu::arm64;
    if (state->find("rax") != nullptr) return Cpu::x86_64;
  }
  const std::string type = to_lower(report.cpu_type.value_or(""));
  if (contains(type, "x86-64") || contains(type, "x86_64")) return Cpu::x86_64;
  if (contains(type, "arm-64") || contains(type, "arm64") || contains(type, "aarch64")) return Cpu::arm64;
  return std::nullopt;
}

void read_codes(FaultFacts& facts) {
  if (!facts.report->exception) return;
  const ExceptionInfo& exception = *facts.report->exception;
  const std::string signal = exception.signal.value_or("");
  const bool signal_only = exception.type.empty() || exception.type.starts_with("SIG");
  facts.is_bad_access = exception.type == "EXC_BAD_ACCESS" ||
                        (signal_only && (signal == "SIGSEGV" || signal == "SIGBUS" ||
                                         exception.type == "SIGSEGV" || exception.type == "SIGBUS"));
  if (!exception.raw_codes.empty()) facts.code = exception.raw_codes[0];
  const std::string texts = exception.subtype.value_or("") + " " + exception.codes.value_or("");
  if (!facts.code) {
    if (contains(texts, "EXC_I386_GPFLT")) facts.code = kGeneralProtection;
    if (contains(texts, "KERN_INVALID_ADDRESS")) facts.code = 1;
    if (contains(texts, "KERN_PROTECTION_FAILURE")) facts.code = 2;
    if (contains(texts, "KERN_MEMORY_ERROR")) facts.code = 10;
  }
  if (!facts.is_bad_access || facts.code == kGeneralProtection) return;
  if (exception.raw_codes.size() > 1) {
    facts.address = exception.raw_codes[1];
  } else {
    facts.address = number_after(texts, " at ");
  }
  // MetricKit gives the code alone: the address is where the region was looked for, `0x5c8 is not in any …`.
  if (!facts.address && facts.report->vm_region_info && contains(*facts.report->vm_region_info, " is ")) {
    facts.address = number_after(*facts.report->vm_region_info, "");
  }
}

// A sanitizer reads the direction from the signal's context: `The signal is caused by a WRITE memory access.`
void read_words(FaultFacts& facts) {
  for (const auto& info : facts.report->app_specific_info) {
    for (const auto& line : info.lines) {
      if (contains(line, "caused by a READ memory access")) facts.told_direction = MemoryDirection::read;
      if (contains(line, "caused by a WRITE memory access")) facts.told_direction = MemoryDirection::write;
    }
  }
}

void read_registers(FaultFacts& facts) {
  if (facts.cpu == Cpu::arm64) {
    if (const auto pc = facts.read("pc")) facts.pc = strip_pointer_authentication(*pc);
    facts.sp = facts.read("sp");
    facts.far = facts.read("far");
    if (const auto esr = facts.read("esr")) facts.syndrome = decode_syndrome(*esr);
  } else if (facts.cpu == Cpu::x86_64) {
    facts.pc = facts.read("rip");
    facts.sp = facts.read("rsp");
    facts.far = facts.read("cr2");
    if (facts.read("trap") == kTrapPageFault) facts.page_fault_bits = facts.read("err");
  } else {
    // 32-bit ARM and the like: what every CPU has.
    facts.pc = facts.read("pc");
    facts.sp = facts.read("sp");
  }
  if (facts.pc || facts.thread == nullptr || facts.thread->frames.empty()) return;
  if (const auto address = facts.report->address_of(facts.thread->frames.front())) facts.pc = address->value;
}

void read_bytes(FaultFacts& facts) {
  // The stream of the whole report is that of the crashed thread; x86 threads may have one of their own.
  if (facts.report->instruction_bytes && !facts.report->instruction_bytes->at_pc.empty()) {
    facts.before_pc = facts.report->instruction_bytes->before_pc;
    facts.at_pc = facts.report->instruction_bytes->at_pc;
    return;
  }
  if (facts.thread == nullptr || !facts.thread->instruction_state) return;
  const InstructionState& state = *facts.thread->instruction_state;
  if (state.offset >= state.bytes.size()) return;
  const auto middle = state.bytes.begin() + static_cast<std::ptrdiff_t>(state.offset);
  facts.before_pc.assign(state.bytes.begin(), middle);
  facts.at_pc.assign(middle, state.bytes.end());
}

// `movs` reads through rsi and writes through rdi: the faulting address tells which it was.
void settle_string_copy(FaultFacts& facts) {
  Instruction& instruction = *facts.instruction;
  const bool copies = instruction.opcode.starts_with("MOVS") && instruction.opcode.size() == 5;
  if (!copies || instruction.direction != MemoryDirection::read_write || !facts.address) return;
  const auto source = facts.read("rsi");
  const auto target = facts.read("rdi");
  const bool at_target = target && covers(*target, instruction.size_bytes, *facts.address);
  const bool at_source = source && covers(*source, instruction.size_bytes, *facts.address);
  if (at_source == at_target) return;
  instruction.memory->base = at_source ? "rsi" : "rdi";
  instruction.direction = at_source ? MemoryDirection::read : MemoryDirection::write;
}

void read_instruction(FaultFacts& facts) {
  if (!facts.cpu || facts.at_pc.empty()) return;
  facts.instruction = decode_instruction(*facts.cpu, facts.at_pc, facts.pc.value_or(0));
  if (!facts.instruction || !facts.instruction->memory) return;
  settle_string_copy(facts);
  if (facts.state != nullptr) {
    facts.effective = effective_address(*facts.instruction, facts.pc.value_or(0),
                                        [&](std::string_view name) { return facts.read(name); });
  }
  facts.instruction_fits = !facts.effective || !facts.address ||
                           covers(*facts.effective, facts.instruction->size_bytes, *facts.address);
}

}  // namespace

bool FaultRegion::is_stack_guard() const { return contains(to_lower(type), "stack guard"); }

std::optional<FaultRegion> read_region(std::string_view text) {
  // Texts up to macOS 11 draw the arrow one dash shorter.
  const auto mark = text.find("-->");
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view row = text.substr(mark + 3);
  row = trimmed(row.substr(0, row.find('\n')));
  FaultRegion region;
  if (row.empty() || row.starts_with("GAP OF") || row.starts_with("UNUSED SPACE")) return region;
  region.mapped = true;
  std::size_t at = 0;
  bool past_range = false;
  while (at < row.size()) {
    const auto end = std::min(row.find(' ', at), row.size());
    const std::string_view word = row.substr(at, end - at);
    if (!past_range && is_range(word)) {
      region.type = trimmed(row.substr(0, at));
      past_range = true;
    } else if (is_protection(word)) {
      region.protection = word.substr(0, 3);
    } else if (word.starts_with("SM=")) {
      region.detail = trimmed(row.substr(std::min(end + 1, row.size())));
      break;
    }
    at = end + 1;
  }
  return region;
}

std::optional<std::uint64_t> FaultFacts::read(std::string_view register_name) const {
  if (state == nullptr) return std::nullopt;
  const Register* found = state->find(register_name);
  return found == nullptr ? std::nullopt : std::optional(found->value);
}

bool FaultFacts::syndrome_is_of_fault() const {
  // On a real macOS 26.1 report `far` was 0 and `esr` that of a system call, while the codes had the
  // address: the registers can be older than the fault.
  if (cpu == Cpu::x86_64) return page_fault_bits.has_value() || (far && address && far == address);
  if (!syndrome) return true;
  return syndrome->kind == SyndromeClass::data_abort || syndrome->kind == SyndromeClass::instruction_abort;
}

std::optional<MemoryDirection> FaultFacts::hardware_direction() const {
  if (page_fault_bits && !translated) {
    if ((*page_fault_bits & kErrFetch) != 0) return std::nullopt;
    return (*page_fault_bits & kErrWrite) != 0 ? MemoryDirection::write : MemoryDirection::read;
  }
  if (syndrome && syndrome->kind == SyndromeClass::data_abort && syndrome->write) {
    return *syndrome->write ? MemoryDirection::write : MemoryDirection::read;
  }
  return std::nullopt;
}

FaultFacts gather_facts(const CrashReport& report) {
  FaultFacts facts;
  facts.report = &report;
  if (const auto index = report.crashed_thread_index()) facts.thread = &report.threads[*index];
  if (facts.thread != nullptr && facts.thread->state) facts.state = &*facts.thread->state;
  facts.cpu = cpu_of(report, facts.state);
  facts.translated = report.translated.value_or(false) || (facts.state != nullptr && facts.state->rosetta);
  if (report.vm_region_info) facts.region = read_region(*report.vm_region_info);
  read_codes(facts);
  read_words(facts);
  read_registers(facts);
  read_bytes(facts);
  read_instruction(facts);
  return facts;
}

bool covers(std::uint64_t effective, std::optional<std::uint32_t> size_bytes, std::uint64_t address) {
  // Of a whole cache block (`dc zva`) any byte may be the one that is named.
  if (!size_bytes) return (effective | 63U) == (address | 63U);
  for (const std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{0x00ffffffffffffff}, kPointerMask}) {
    if ((address & mask) - (effective & mask) < *size_bytes) return true;
  }
  return false;
}

bool is_canonical(std::uint64_t address, std::optional<Cpu> cpu) {
  if (cpu == Cpu::arm64) address &= 0x00ffffffffffffffULL;
  return (address & ~kPointerMask) == 0;
}

}  // namespace faultline

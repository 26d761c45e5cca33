// Bad accesses: what was touched, through what, and why it failed.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>

#include "analyzer/fault/facts/access_words.h"
#include "analyzer/fault/facts/poison.h"
#include "analyzer/fault/rules/fault_rule.h"
#include "core/base/hash.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::uint64_t kProtectionFailure = 2;  // KERN_PROTECTION_FAILURE
constexpr std::uint64_t kMemoryError = 10;       // KERN_MEMORY_ERROR: the page could not be brought in.
constexpr std::uint64_t kArmAlignment = 0x101;   // EXC_ARM_DA_ALIGN
constexpr std::uint64_t kArmStackAlignment = 0x103;
constexpr std::uint64_t kArmAuthentication = 0x105;
// Apple silicon's page. Without an instruction only an address below it is taken for a field of NULL.
constexpr std::uint64_t kSmallField = 16 * 1024;
// What a pointer computed from a small number can reach; more than any page of zeros below a program.
constexpr std::uint64_t kSmallAddress = 64 * 1024;
// A push that misses the stack lands just below it; a large frame skips at most this much at once.
constexpr std::uint64_t kStackReach = 64 * 1024;

bool knows_base(const FaultFacts& facts) {
  return facts.instruction && facts.instruction->memory && facts.instruction_fits && !executes(facts) &&
         !facts.instruction->memory->base.empty() && facts.read(facts.instruction->memory->base).has_value();
}

bool null_call(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!executes(facts) || facts.pc != std::uint64_t{0}) return false;
  out.kind = FaultKind::null_call;
  fill_access(facts, out);
  out.sentence = "a NULL function pointer was called";
  if (const auto lr = facts.read("lr")) {
    const Register* reg = facts.state->find("lr");
    std::string caller = hex(strip_pointer_authentication(*lr));
    if (reg->symbol) caller = *reg->symbol;
    out.evidence.push_back("lr, the return address of the call, is " + caller);
  }
  return true;
}

bool stack_overflow(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const auto& exception = facts.report->exception;
  const std::string message = exception ? exception->message.value_or("") : "";
  const bool by_region = facts.region && facts.region->is_stack_guard();
  const bool by_message = contains(message, "stack guard") || contains(message, "Thread stack size exceeded");
  bool by_distance = false;
  if (facts.address && facts.sp && *facts.sp > kStackReach && *facts.address > kSmallAddress) {
    by_distance = *facts.sp - *facts.address < kStackReach || *facts.address - *facts.sp < 4096;
    // A copy that ran away meets a guard page, too: its own from above, or the next thread's from below.
    const bool sp_is_near = by_distance || *facts.address - *facts.sp < kStackReach;
    if (!sp_is_near) return false;
  }
  const bool mapped_well =
      facts.region && facts.region->mapped && !by_region && facts.region->protection == "rw-";
  if (mapped_well || (!by_region && !by_message && !by_distance)) return false;
  out.kind = FaultKind::stack_overflow;
  fill_access(facts, out);
  out.sentence = "the stack is full";
  if (facts.thread != nullptr) {
    const std::uint64_t depth = facts.thread->original_length.value_or(facts.thread->frames.size());
    out.sentence += fmt::format(" ({}{} frames)",
                                depth >= 512 && !facts.thread->original_length ? "at least " : "", depth);
  }
  if (by_region) {
    out.sentence +=
        fmt::format("; {}", operation(facts, fmt::format("its guard page at {}", hex(*facts.address))));
    out.evidence.push_back("the marked memory region is a stack guard");
  } else if (facts.address) {
    out.sentence += "; " + operation(facts, hex(*facts.address));
  }
  if (by_message) out.evidence.push_back("message: " + message);
  if (by_distance) {
    out.evidence.push_back(
        fmt::format("the address {} lies beside sp {}", hex(*facts.address), hex(*facts.sp)));
  }
  return true;
}

bool misaligned(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const bool by_code = facts.code == kArmAlignment || facts.code == kArmStackAlignment;
  const bool by_syndrome = facts.syndrome && (facts.syndrome->kind == SyndromeClass::sp_alignment ||
                                              facts.syndrome->kind == SyndromeClass::pc_alignment ||
                                              facts.syndrome->cause == AbortCause::alignment);
  // x86: `movaps` and its kind demand 16 bytes and answer with a general protection fault.
  const bool by_vector = facts.code == kGeneralProtection && facts.effective && facts.instruction &&
                         facts.instruction->size_bytes >= 16U && is_canonical(*facts.effective, facts.cpu) &&
                         *facts.effective % *facts.instruction->size_bytes != 0;
  if (!by_code && !by_syndrome && !by_vector) return false;
  out.kind = FaultKind::misaligned;
  fill_access(facts, out);
  const auto address = facts.address ? facts.address : facts.effective;
  out.sentence = address ? operation(facts, hex(*address)) + operand_words(facts) + ", which is not aligned"
                         : std::string("an access that had to be aligned was not");
  return true;
}

bool poisoned(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  std::optional<Poison> poison;
  std::string holder;
  if (knows_base(facts)) {
    poison = find_poison(*facts.read(facts.instruction->memory->base));
    holder = facts.instruction->memory->base;
  }
  if (!poison && facts.address) poison = find_poison(*facts.address);
  if (!poison && executes(facts) && facts.pc) poison = find_poison(*facts.pc);
  if (!poison) return false;
  out.kind = FaultKind::poisoned_pointer;
  fill_access(facts, out);
  const std::string held = holder.empty() ? "the address" : holder;
  const std::uint64_t value = holder.empty() ? facts.address.value_or(facts.pc.value_or(0)) : *out.base_value;
  out.sentence = fmt::format("{} is {}, {}", held, hex(value), poison->meaning);
  if (!executes(facts)) out.sentence += "; " + operation(facts, "what it pointed to");
  return true;
}

bool authentication(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const auto& exception = facts.report->exception;
  const bool by_code = facts.code == kArmAuthentication;
  const bool by_text = exception && exception->subtype &&
                       contains(*exception->subtype, "possible pointer authentication failure");
  // Rosetta prints the same words for x86 code, which signs nothing.
  if (facts.translated || facts.cpu == Cpu::x86_64 || (!by_code && !by_text)) return false;
  out.kind = FaultKind::pointer_authentication;
  fill_access(facts, out);
  if (facts.address) {
    out.sentence = fmt::format("{} is not a valid signed pointer (without its upper bits it is {})",
                               hex(*facts.address), hex(strip_pointer_authentication(*facts.address)));
  } else {
    out.sentence = "a signed pointer did not authenticate";
  }
  if (executes(facts)) {
    out.sentence += "; it was jumped to";
  } else if (const std::string words = operand_words(facts); !words.empty()) {
    out.sentence += "; " + operation(facts, "memory") + words;
  }
  if (by_text)
    out.evidence.push_back(
        "the system calls it a possible pointer authentication failure: the upper "
        "bits may as well be garbage");
  return true;
}

bool execution(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!executes(facts)) return false;
  const std::uint64_t target = facts.address.value_or(facts.pc.value_or(0));
  fill_access(facts, out);
  if (target < kSmallAddress) {
    out.kind = FaultKind::near_null;
    out.sentence = fmt::format("jumped to {}, a small number and no code", hex(target));
    return true;
  }
  const bool is_mapped = facts.region ? facts.region->mapped : facts.code == kProtectionFailure;
  out.kind = is_mapped ? FaultKind::execute_protected : FaultKind::wild_pointer;
  const std::string words = region_words(facts);
  out.sentence = is_mapped ? fmt::format("jumped to {}, which is no code", hex(target))
                           : fmt::format("jumped to {}", hex(target));
  if (!words.empty()) out.sentence += ", " + words;
  return true;
}

bool null_dereference(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!knows_base(facts)) return false;
  const MemoryOperand& memory = *facts.instruction->memory;
  if (*facts.read(memory.base) != 0) return false;
  out.kind = FaultKind::null_dereference;
  fill_access(facts, out);
  const std::string field = "field " + signed_hex(memory.displacement);
  if (memory.index.empty()) {
    out.fault_offset = facts.address ? *facts.address : static_cast<std::uint64_t>(memory.displacement);
    out.sentence = fmt::format("{} is NULL; {}", memory.base, operation(facts, field));
  } else {
    std::string element = memory.index;
    if (const auto value = facts.read(memory.index)) element += fmt::format(" ({})", hex(*value));
    out.sentence = fmt::format("{} is NULL; {}", memory.base,
                               operation(facts, "element " + element + " of what it should point to"));
    out.evidence.push_back(
        fmt::format("{} took part as an index: the field's own offset is not known", memory.index));
  }
  add_origin(facts, out);
  return true;
}

// x86 `mov eax, [rcx * 8]` and literals have no base; neither have instructions that we could not read.
bool null_without_instruction(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (knows_base(facts) || !facts.address || *facts.address >= kSmallField) return false;
  const auto names = null_registers(facts);
  const bool no_registers = facts.state == nullptr || facts.state->registers.empty();
  fill_access(facts, out);
  out.base_register.clear();
  out.base_value.reset();
  out.size_bytes.reset();
  if (names.empty() && !no_registers) {
    out.kind = FaultKind::near_null;
    out.sentence = operation(facts, fmt::format("{}, though no register held NULL", hex(*facts.address)));
    return true;
  }
  out.kind = FaultKind::null_dereference;
  out.fault_offset = *facts.address;
  out.sentence = operation(facts, fmt::format("field {} of a NULL pointer", hex(*facts.address)));
  if (names.size() == 1)
    out.sentence += fmt::format("; base is {}, the only register that held NULL", names[0]);
  if (names.size() > 1) out.sentence += fmt::format("; base is one of {}", fmt::join(names, ", "));
  out.evidence.push_back(facts.at_pc.empty()
                             ? "the report has no instruction bytes: size and register are not known"
                             : "the instruction at the pc does not name the register");
  if (no_registers) out.evidence.push_back("the report has no registers");
  return true;
}

bool near_null(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!facts.address || *facts.address >= kSmallAddress) return false;
  out.kind = FaultKind::near_null;
  fill_access(facts, out);
  out.sentence =
      operation(facts, hex(*facts.address)) + operand_words(facts) + ", a small number and no pointer";
  add_origin(facts, out);
  return true;
}

bool general_protection(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (facts.code != kGeneralProtection) return false;
  out.kind = FaultKind::wild_pointer;
  fill_access(facts, out);
  if (facts.effective && !is_canonical(*facts.effective, facts.cpu)) {
    out.sentence =
        operation(facts, hex(*facts.effective)) + operand_words(facts) + ", which cannot be an address";
    add_origin(facts, out);
  } else if (facts.instruction && !facts.instruction->flow_register.empty()) {
    const auto value = facts.read(facts.instruction->flow_register);
    out.access = AccessKind::execute;
    out.sentence = fmt::format("jumped through {}{}, which cannot be an address",
                               facts.instruction->flow_register, value ? " (" + hex(*value) + ")" : "");
  } else {
    out.sentence = "a pointer that cannot be an address was used (general protection)";
  }
  out.evidence.push_back("general protection fault: the reported address 0 means nothing here");
  return true;
}

bool protected_memory(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const bool unwritable = facts.region && facts.region->mapped && facts.region->protection.size() == 3 &&
                          facts.region->protection[0] == 'r' && facts.region->protection[1] == '-';
  if (facts.code != kProtectionFailure && !unwritable) return false;
  const auto access = access_of(facts);
  const bool writes = access == AccessKind::write || access == AccessKind::read_write;
  // A readable, unwritable region that refuses an access that is no fetch can only have been written to.
  if (!writes && !(unwritable && !access)) {
    if (facts.code != kProtectionFailure || !facts.address) return false;
    out.kind = FaultKind::wild_pointer;
    fill_access(facts, out);
    out.sentence =
        operation(facts, hex(*facts.address)) + operand_words(facts) + ", which may not be touched";
  } else {
    out.kind = FaultKind::write_protected;
    fill_access(facts, out);
    if (!access) out.access = AccessKind::write;
    const bool code = facts.region && facts.region->protection == "r-x";
    out.sentence = operation(facts, facts.address ? hex(*facts.address) : "memory") + operand_words(facts);
    out.sentence += code ? ", which is code" : ", which may not be written";
  }
  if (const std::string words = region_words(facts); !words.empty()) out.sentence += ", " + words;
  add_origin(facts, out);
  return true;
}

bool page_not_read(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (facts.code != kMemoryError) return false;
  out.kind = FaultKind::unknown;
  fill_access(facts, out);
  out.sentence = facts.address
                     ? fmt::format("the page at {} could not be read in from its file", hex(*facts.address))
                     : std::string("a page of a mapped file could not be read in");
  if (facts.report->exception->subtype)
    out.evidence.push_back("subtype: " + *facts.report->exception->subtype);
  if (facts.report->kernel_triage) out.evidence.push_back("kernel: " + *facts.report->kernel_triage);
  return true;
}

bool wild_pointer(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!facts.address && !facts.effective) return false;
  out.kind = FaultKind::wild_pointer;
  fill_access(facts, out);
  const std::uint64_t address = facts.address ? *facts.address : *facts.effective;
  out.sentence = operation(facts, hex(address)) + operand_words(facts);
  if (!is_canonical(address, facts.cpu)) {
    out.sentence += ", which cannot be an address";
  } else if (const std::string words = region_words(facts); !words.empty()) {
    out.sentence += ", " + words;
  }
  add_origin(facts, out);
  add_message_evidence(facts, out);
  return true;
}

// Texts that give the signal and nothing else.
bool bad_access(const RuleInput& input, FaultExplanation& out) {
  const auto& exception = input.facts.report->exception;
  const auto& end = input.facts.report->termination;
  // Somebody else may have sent the signal.
  if (end && end->by_process && input.facts.report->process_name != end->by_process &&
      *end->by_process != "exc handler") {
    return false;
  }
  out.kind = FaultKind::unknown;
  fill_access(input.facts, out);
  out.sentence = fmt::format("an access to memory failed ({}); the report does not say at which address",
                             exception->signal.value_or(exception->type));
  return true;
}

// The groups are only asked for bad accesses; every rule may take that for granted.
constexpr std::array<FaultRule, 14> kAccessRules{{{"null_call", null_call},
                                                  {"page_not_read", page_not_read},
                                                  {"stack_overflow", stack_overflow},
                                                  {"misaligned", misaligned},
                                                  {"poisoned_pointer", poisoned},
                                                  {"pointer_authentication", authentication},
                                                  {"execution", execution},
                                                  {"null_base", null_dereference},
                                                  {"small_address", null_without_instruction},
                                                  {"near_null", near_null},
                                                  {"general_protection", general_protection},
                                                  {"protection", protected_memory},
                                                  {"wild_pointer", wild_pointer},
                                                  {"bad_access", bad_access}}};

}  // namespace

std::span<const FaultRule> access_rules() { return kAccessRules; }

}  // namespace faultline

// Instructions that trap, and what is left when no words and no address explain the end.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "analyzer/fault/rules/fault_rule.h"
#include "core/base/hash.h"

namespace faultline {
namespace {

std::string signal_of(const FaultFacts& facts) {
  return facts.report->exception ? facts.report->exception->signal.value_or("") : "";
}

bool is_type(const FaultFacts& facts, std::string_view type, std::string_view signal) {
  if (!facts.report->exception) return false;
  const std::string& own = facts.report->exception->type;
  if (own == type || own == signal) return true;
  return own.empty() && signal_of(facts) == signal;
}

void add_words(const RuleInput& input, FaultExplanation& out) {
  if (!input.text || input.text->text.empty()) return;
  out.sentence += ": " + shortened_text(input.text->text, 300);
  out.evidence.push_back("words from " + input.text->source);
}

std::optional<std::uint32_t> brk_comment(const FaultFacts& facts) {
  if (facts.instruction && facts.instruction->trap_code) return facts.instruction->trap_code;
  if (facts.syndrome && facts.syndrome->kind == SyndromeClass::breakpoint) return facts.syndrome->comment;
  return std::nullopt;
}

// The compiler's checks of a signed pointer end in `brk 0xc470` to `0xc473`: keys IA, IB, DA, DB.
bool authentication_trap(const RuleInput& input, FaultExplanation& out) {
  const bool by_space =
      input.facts.report->termination && input.facts.report->termination->name_space == "PAC_EXCEPTION";
  const bool by_class = input.facts.syndrome &&
                        input.facts.syndrome->kind == SyndromeClass::pointer_authentication &&
                        !input.facts.is_bad_access;
  const auto comment = brk_comment(input.facts);
  const bool by_trap = is_type(input.facts, "EXC_BREAKPOINT", "SIGTRAP") && comment && *comment >= 0xc470 &&
                       *comment <= 0xc473;
  if (!by_space && !by_trap && !by_class) return false;
  out.kind = FaultKind::pointer_authentication;
  out.sentence = "a signed pointer did not authenticate";
  if (by_trap) {
    constexpr std::array<std::string_view, 4> kKeys{"IA", "IB", "DA", "DB"};
    out.sentence += fmt::format(" (key {})", kKeys[*comment - 0xc470]);
    out.evidence.push_back(fmt::format("brk {:#x} is the compiler's trap for it", *comment));
  }
  return true;
}

bool trap(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const bool breakpoint = is_type(facts, "EXC_BREAKPOINT", "SIGTRAP");
  const bool ud2 = is_type(facts, "EXC_BAD_INSTRUCTION", "SIGILL") && facts.instruction &&
                   facts.instruction->flow == InstructionFlow::trap;
  // Swift and libdispatch on Intel end in `ud2`: a bad instruction with words is deliberate.
  const bool spoken = is_type(facts, "EXC_BAD_INSTRUCTION", "SIGILL") && input.text &&
                      input.text->kind == AbortMessageKind::fatal_error;
  if (!breakpoint && !ud2 && !spoken) return false;
  out.kind = FaultKind::trap;
  out.sentence = "the program ended itself with a trap";
  if (const auto comment = brk_comment(facts)) {
    out.sentence += fmt::format(" (brk {:#x}", *comment);
    if (*comment == 1) out.sentence += ", as Swift's and the compiler's own checks do";
    if (*comment == 0x5519) out.sentence += ", a bounds check";
    if (*comment >= 0x5500 && *comment < 0x5519) out.sentence += ", an undefined-behaviour check";
    out.sentence += ")";
  } else if (facts.instruction && facts.instruction->flow == InstructionFlow::trap) {
    out.sentence += " (" + facts.instruction->text + ")";
  }
  add_words(input, out);
  return true;
}

bool illegal_instruction(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!is_type(facts, "EXC_BAD_INSTRUCTION", "SIGILL")) return false;
  out.kind = FaultKind::illegal_instruction;
  out.sentence = "the CPU refused the instruction at the pc";
  if (facts.at_pc.empty())
    out.sentence += ", or it was a deliberate trap: the report has no instruction bytes";
  if (facts.instruction) out.sentence += " (" + facts.instruction->text + ")";
  if (!facts.at_pc.empty() && !facts.instruction) {
    std::string bytes;
    for (std::size_t i = 0; i < facts.at_pc.size() && i < 4; ++i)
      bytes += fmt::format("{:02x} ", facts.at_pc[i]);
    bytes.pop_back();
    out.sentence += " (bytes " + bytes + ")";
  }
  add_words(input, out);
  return true;
}

bool arithmetic(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  if (!is_type(facts, "EXC_ARITHMETIC", "SIGFPE")) return false;
  out.kind = FaultKind::arithmetic;
  out.sentence = "an arithmetic instruction failed";
  if (facts.instruction && facts.instruction->divides) {
    out.sentence = "an integer division failed (" + facts.instruction->text + ")";
    const auto space = facts.instruction->text.find(' ');
    const std::string divisor = full_register_name(
        Cpu::x86_64, space == std::string::npos ? "" : facts.instruction->text.substr(space + 1));
    const auto value = divisor.empty() ? std::nullopt : facts.read(divisor);
    if (value == 0)
      out.sentence = fmt::format("division by zero: {} is 0 ({})", divisor, facts.instruction->text);
  } else if (facts.instruction) {
    out.sentence += " (" + facts.instruction->text + ")";
  }
  return true;
}

bool abort_call(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const bool by_signal = signal_of(facts) == "SIGABRT" || is_type(facts, "SIGABRT", "SIGABRT");
  const bool by_flag =
      facts.report->termination && (facts.report->termination->flags.value_or(0) & 0x200U) != 0;
  if (!by_signal && !by_flag) return false;
  out.kind = FaultKind::abort;
  out.sentence = "the program aborted itself";
  const auto& end = facts.report->termination;
  if (end && end->name_space == "TCC") {
    out.sentence += " for a breach of privacy (TCC: private data without permission or a usage description)";
  } else if (end && end->name_space && *end->name_space != "SIGNAL") {
    out.sentence += fmt::format(" ({} code {})", *end->name_space, hex(end->code.value_or(0)));
  }
  add_words(input, out);
  if (end && end->by_process && facts.report->process_name &&
      *end->by_process != *facts.report->process_name && *end->by_process != "exc handler") {
    out.sentence = fmt::format("{} sent it SIGABRT", *end->by_process);
  }
  return true;
}

// Signals of a program's own fault, by Darwin's numbers, where a report has no exception to say more.
struct CrashSignal {
  std::uint64_t number;
  FaultKind kind;
  std::string_view words;
};
constexpr std::array<CrashSignal, 7> kCrashSignals{
    {{4, FaultKind::illegal_instruction, "SIGILL, an instruction that the CPU refused"},
     {5, FaultKind::trap, "SIGTRAP, a trap"},
     {6, FaultKind::abort, "SIGABRT: the program aborted itself"},
     {8, FaultKind::arithmetic, "SIGFPE, an arithmetic instruction that failed"},
     {10, FaultKind::unknown, "SIGBUS, an access that failed"},
     {11, FaultKind::unknown, "SIGSEGV, an access that failed"},
     {12, FaultKind::unknown, "SIGSYS, a system call that was refused"}}};

bool crash_signal(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  if (report.exception || !report.termination || report.termination->name_space != "SIGNAL") return false;
  const auto* found = std::find_if(kCrashSignals.begin(), kCrashSignals.end(), [&](const CrashSignal& row) {
    return row.number == report.termination->code;
  });
  if (found == kCrashSignals.end()) return false;
  out.kind = found->kind;
  out.sentence = fmt::format("it crashed with {}; the report has no exception", found->words);
  if (report.kernel_triage) out.evidence.push_back("kernel: " + *report.kernel_triage);
  add_words(input, out);
  return true;
}

bool killed(const RuleInput& input, FaultExplanation& out) {
  const FaultFacts& facts = input.facts;
  const auto& end = facts.report->termination;
  const std::string signal = signal_of(facts);
  if (signal.empty() && !end) return false;
  out.kind = FaultKind::killed;
  out.sentence = signal.empty() ? "it was ended" : fmt::format("it was ended by {}", signal);
  if (end && end->by_process && *end->by_process != "exc handler") {
    out.sentence += fmt::format(" from {}", *end->by_process);
  }
  if (!end || (end->reasons.empty() && !end->indicator && !end->code)) {
    out.sentence += "; the report gives no reason";
  }
  if (end && end->name_space && *end->name_space != "SIGNAL") {
    out.sentence += fmt::format("; {}", *end->name_space);
    if (end->code) out.sentence += fmt::format(" code {}", hex(*end->code));
  }
  if (end) {
    for (const auto& reason : end->reasons) out.evidence.push_back("reason: " + reason);
  }
  add_words(input, out);
  return true;
}

bool unknown(const RuleInput& input, FaultExplanation& out) {
  out.kind = FaultKind::unknown;
  const auto& exception = input.facts.report->exception;
  out.sentence = exception && !exception->type.empty()
                     ? fmt::format("{}: the report does not say more", exception->type)
                     : "the report does not say why it ended";
  add_words(input, out);
  return true;
}

constexpr std::array<FaultRule, 8> kTrapRules{{{"authentication_trap", authentication_trap},
                                               {"trap", trap},
                                               {"illegal_instruction", illegal_instruction},
                                               {"arithmetic", arithmetic},
                                               {"abort", abort_call},
                                               {"crash_signal", crash_signal},
                                               {"killed", killed},
                                               {"unknown", unknown}}};

}  // namespace

std::span<const FaultRule> trap_rules() { return kTrapRules; }

}  // namespace faultline

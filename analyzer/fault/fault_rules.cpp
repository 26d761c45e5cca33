#include "analyzer/fault/fault_rules.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

#include "analyzer/fault/agreement.h"
#include "analyzer/fault/facts/abort_message.h"
#include "analyzer/fault/facts/fault_facts.h"
#include "analyzer/fault/facts/gpu_error_of.h"
#include "analyzer/fault/rules/fault_rule.h"

namespace faultline {
namespace {

bool run_group(std::span<const FaultRule> rules, const RuleInput& input, FaultExplanation& out) {
  for (const FaultRule& rule : rules) {
    // A rule that does not decide must not leave anything behind.
    FaultExplanation attempt;
    if (!rule.decide(input, attempt)) continue;
    out = std::move(attempt);
    out.rule = rule.name;
    return true;
  }
  return false;
}

/// Ends that a program chooses because its GPU failed. A pointer goes wrong for a reason of its own: there an
/// error printed by chance would tear the crashes of one place into two sites.
bool may_follow_gpu_error(FaultKind kind) {
  switch (kind) {
    case FaultKind::assertion:
    case FaultKind::uncaught_exception:
    case FaultKind::abort:
    case FaultKind::trap:
    case FaultKind::killed:
    case FaultKind::watchdog:
    case FaultKind::hang:
    case FaultKind::resource_limit:
    case FaultKind::unknown:
      return true;
    case FaultKind::null_dereference:
    case FaultKind::near_null:
    case FaultKind::null_call:
    case FaultKind::wild_pointer:
    case FaultKind::pointer_authentication:
    case FaultKind::misaligned:
    case FaultKind::write_protected:
    case FaultKind::execute_protected:
    case FaultKind::stack_overflow:
    case FaultKind::poisoned_pointer:
    case FaultKind::illegal_instruction:
    case FaultKind::arithmetic:
    case FaultKind::guard:
    case FaultKind::code_signature:
    case FaultKind::launch_failure:
      return false;
  }
  return false;
}

void add_gpu_error(const CrashReport& report, std::string_view in_output, FaultExplanation& out) {
  out.gpu_error = gpu_error_of(report);
  if (!out.gpu_error.empty()) {
    out.evidence.insert(out.evidence.begin(), "GPU error: " + out.gpu_error);
  } else if (!in_output.empty()) {
    const bool is_cause = may_follow_gpu_error(out.kind);
    if (is_cause) out.gpu_error = in_output;
    out.evidence.insert(out.evidence.begin(), fmt::format("GPU error in the trial's output: {}{}", in_output,
                                                          is_cause ? "" : " (not counted as the cause)"));
  }
}

}  // namespace

FaultExplanation explain_fault(const CrashReport& report, std::string_view output_gpu_error) {
  const FaultFacts facts = gather_facts(report);
  const std::optional<AbortMessage> text = find_abort_message(report);
  const RuleInput input{facts, text};
  FaultExplanation out;
  const bool decided = run_group(document_rules(), input, out) || run_group(system_rules(), input, out) ||
                       run_group(self_termination_rules(), input, out) ||
                       (facts.is_bad_access && run_group(access_rules(), input, out)) ||
                       run_group(trap_rules(), input, out);
  if (!decided || report.kind == ReportKind::unreadable) return out;
  if (out.instruction.empty() && facts.instruction && facts.instruction->flow == InstructionFlow::trap) {
    out.instruction = facts.instruction->text;
  }
  add_gpu_error(report, output_gpu_error, out);
  Agreement agreement = check_agreement(facts);
  out.agrees = agreement.agrees;
  out.evidence.insert(out.evidence.end(), std::make_move_iterator(agreement.evidence.begin()),
                      std::make_move_iterator(agreement.evidence.end()));
  if (out.agrees == false) out.sentence += " (not all evidence agrees)";
  // In a report of a crash the system's notes are doubts; in one of a hang they say how it hung.
  const std::string doubts = report.kind == ReportKind::hang ? "" : "the system doubts its own report: ";
  for (const auto& note : report.report_notes) out.evidence.push_back(doubts + note);
  return out;
}

}  // namespace faultline

#include "analyzer/fault/fault_rules.h"

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

}  // namespace

FaultExplanation explain_fault(const CrashReport& report) {
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
  out.gpu_error = gpu_error_of(report);
  if (!out.gpu_error.empty()) out.evidence.insert(out.evidence.begin(), "GPU error: " + out.gpu_error);
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

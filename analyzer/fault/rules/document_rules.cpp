// Documents that are no crash, and what they say all the same.

#include <fmt/format.h>

#include <array>
#include <string>

#include "analyzer/fault/rules/fault_rule.h"

namespace faultline {
namespace {

bool hang(const RuleInput& input, FaultExplanation& out) {
  if (input.facts.report->kind != ReportKind::hang) return false;
  out.kind = FaultKind::hang;
  const auto& event = input.facts.report->system_event;
  const bool watchdog = event && event->event && event->event->find("watchdog") != std::string::npos;
  out.sentence = watchdog ? "the system's watchdog found the process unresponsive; it did not crash"
                          : "the process did not answer for a while; it did not crash";
  if (event && event->duration) out.sentence += fmt::format(" (observed for {})", *event->duration);
  if (event && event->reason) out.evidence.push_back("reason: " + *event->reason);
  return true;
}

bool resource(const RuleInput& input, FaultExplanation& out) {
  if (input.facts.report->kind != ReportKind::resource) return false;
  out.kind = FaultKind::resource_limit;
  const auto& event = input.facts.report->system_event;
  out.sentence = "a limit of the system was exceeded";
  if (!event) return true;
  if (event->event) out.sentence += ": " + *event->event;
  if (event->amount) out.evidence.push_back("amount: " + *event->amount);
  if (event->limit) out.evidence.push_back("limit: " + *event->limit);
  if (event->duration) out.evidence.push_back("observed for " + *event->duration);
  if (event->action) out.evidence.push_back("action taken: " + *event->action);
  return true;
}

bool jetsam(const RuleInput& input, FaultExplanation& out) {
  if (input.facts.report->kind != ReportKind::jetsam) return false;
  out.kind = FaultKind::killed;
  out.sentence = "the system ran short of memory and ended processes";
  return true;
}

bool panic(const RuleInput& input, FaultExplanation& out) {
  if (input.facts.report->kind != ReportKind::panic) return false;
  const auto& event = input.facts.report->system_event;
  out.sentence = "the kernel panicked";
  if (event && event->panicked_task) {
    out.sentence += fmt::format(" while {} ran", *event->panicked_task);
  }
  if (event && event->panic_string) {
    const std::string& text = *event->panic_string;
    out.evidence.push_back("panic: " + text.substr(0, text.find('\n')));
  }
  return true;
}

bool gpu_event(const RuleInput& input, FaultExplanation& out) {
  if (input.facts.report->kind != ReportKind::gpu_event) return false;
  const auto& event = input.facts.report->system_event;
  out.sentence = "the GPU was restarted";
  if (event && event->process) out.sentence += fmt::format("; {} was using it", *event->process);
  if (event && event->restart_reason) out.evidence.push_back("restart reason: " + *event->restart_reason);
  return true;
}

bool not_a_crash(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  switch (report.kind) {
    case ReportKind::profile:
      out.sentence = "a profile: where the process was seen while it was sampled; nothing crashed";
      return true;
    case ReportKind::stackshot:
      out.sentence = "a snapshot of all stacks; nothing crashed";
      return true;
    case ReportKind::forced_reset:
      out.sentence = "the machine was reset by hand or by its watchdog";
      return true;
    case ReportKind::other:
      out.sentence = "a document of another type; nothing in it says that a process crashed";
      return true;
    case ReportKind::unanalysed:
    case ReportKind::unreadable:
      out.sentence = "the document cannot be read as a crash report";
      return true;
    default:
      break;
  }
  if (!report.is_simulated && !report.header.is_simulated) return false;
  out.sentence = fmt::format("the report was asked for{}; the process did not crash",
                             report.simulated_caller ? " by " + *report.simulated_caller : std::string());
  return true;
}

constexpr std::array<FaultRule, 6> kDocumentRules{{{"hang_report", hang},
                                                   {"resource_report", resource},
                                                   {"jetsam_report", jetsam},
                                                   {"panic_report", panic},
                                                   {"gpu_event_report", gpu_event},
                                                   {"not_a_crash", not_a_crash}}};

}  // namespace

std::span<const FaultRule> document_rules() { return kDocumentRules; }

}  // namespace faultline

// Ends that the system decided on: the process was never launched, not let run, or ended for a limit.
//
// Termination namespaces and codes after xnu bsd/sys/reason.h.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "analyzer/fault/rules/fault_rule.h"
#include "core/base/hash.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

std::string name_space(const CrashReport& report) {
  return report.termination ? report.termination->name_space.value_or("") : "";
}

void add_termination(const CrashReport& report, FaultExplanation& out) {
  if (!report.termination) return;
  const Termination& end = *report.termination;
  std::string line = "termination: " + end.name_space.value_or("no namespace");
  if (end.code) line += fmt::format(", code {} ({})", *end.code, hex(*end.code));
  if (end.indicator) line += ", " + *end.indicator;
  out.evidence.push_back(line);
  for (const auto& reason : end.reasons) out.evidence.push_back("reason: " + reason);
  for (const auto& detail : end.details) out.evidence.push_back("detail: " + detail);
}

bool launch_failure(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  const std::string space = name_space(report);
  bool at_launch = space == "DYLD" || space == "EXEC" || space == "LIBIGNITION" || report.fatal_dyld_error;
  if (report.termination) {
    for (const auto& detail : report.termination->details) {
      at_launch = at_launch || contains(detail, "terminated at launch");
    }
  }
  if (!at_launch) return false;
  out.kind = FaultKind::launch_failure;
  out.sentence = "it never started";
  if (report.termination) {
    if (report.termination->indicator) out.sentence += ": " + *report.termination->indicator;
    if (!report.termination->reasons.empty()) out.sentence += "; " + report.termination->reasons.front();
  }
  if (report.fatal_dyld_error) out.evidence.push_back("dyld: " + *report.fatal_dyld_error);
  add_termination(report, out);
  return true;
}

bool code_signature(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  const bool by_signal = report.exception && report.exception->signal &&
                         contains(*report.exception->signal, "Code Signature Invalid");
  const bool by_code = input.facts.is_bad_access && input.facts.code == 50;  // KERN_CODESIGN_ERROR
  if (name_space(report) != "CODESIGNING" && !by_signal && !by_code) return false;
  out.kind = FaultKind::code_signature;
  out.sentence = "the system ended it for its code signature";
  if (report.termination && report.termination->indicator)
    out.sentence += ": " + *report.termination->indicator;
  if (input.facts.address) out.sentence += fmt::format(" (page at {})", hex(*input.facts.address));
  add_termination(report, out);
  return true;
}

constexpr std::uint64_t kWatchdogCode = 0x8badf00d;
constexpr std::array<std::pair<std::uint64_t, std::string_view>, 9> kHexSpeak{{
    {kWatchdogCode, "it did not answer in time"},
    {0xdead10cc, "it held a file lock or database while being suspended"},
    {0xc00010ff, "the machine was too hot"},
    {0xbaadca11, "it did not report a call in time"},
    {0xbad22222, "it was resumed too often"},
    {0x2bad45ec, "it broke a rule of security, such as drawing in secure mode"},
    {0xdeadfa11, "a person forced it to quit"},
    {0xc51bad01, "it used too much CPU time in the background"},
    {0xc51bad02, "it did not finish its background task in time"},
}};

/// FrontBoard and RunningBoard name the event that was waited for: `process-exit watchdog transgression`.
std::string_view watchdog_words(const Termination& end) {
  const auto mentions = [](const std::vector<std::string>& lines, std::string_view part) {
    return std::any_of(lines.begin(), lines.end(), [part](const auto& line) { return contains(line, part); });
  };
  const auto says = [&](std::string_view part) {
    return mentions(end.reasons, part) || mentions(end.details, part) ||
           (end.indicator && contains(*end.indicator, part));
  };
  if (says("process-exit") || says("failed to terminate gracefully")) return "it did not exit in time";
  if (says("process-launch") || says("launch watchdog")) return "it did not finish launching in time";
  return "it did not answer in time";
}

bool system_code(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  if (!report.termination) return false;
  const std::uint64_t code = report.termination->code.value_or(0) & 0xffffffffULL;
  const std::string space = name_space(report);
  const bool known =
      std::any_of(kHexSpeak.begin(), kHexSpeak.end(), [&](const auto& row) { return row.first == code; });
  if (!known && space != "WATCHDOG") return false;
  const bool slow = code == kWatchdogCode || code == 0xc51bad01 || code == 0xc51bad02 || space == "WATCHDOG";
  out.kind = slow ? FaultKind::watchdog : FaultKind::killed;
  out.sentence = "the system ended it";
  for (const auto& [number, words] : kHexSpeak) {
    if (number != code) continue;
    const auto told = code == kWatchdogCode ? watchdog_words(*report.termination) : words;
    out.sentence += fmt::format(": {} ({})", told, hex(code));
  }
  add_termination(report, out);
  return true;
}

bool guard(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  const bool by_type = report.exception && report.exception->type == "EXC_GUARD";
  if (!by_type && name_space(report) != "GUARD") return false;
  out.kind = FaultKind::guard;
  out.sentence = "it broke a guard of the system";
  if (report.exception) {
    if (report.exception->subtype) out.sentence += ": " + *report.exception->subtype;
    for (const auto& violation : report.exception->violations) out.sentence += " " + violation;
    for (const auto& [key, value] : report.exception->guard_facts) out.evidence.push_back(key + ": " + value);
    if (report.exception->message) out.evidence.push_back("message: " + *report.exception->message);
  }
  add_termination(report, out);
  return true;
}

// Bits of EXC_RESOURCE after xnu osfmk/kern/exc_resource.h.
std::string resource_words(std::uint64_t code) {
  const std::uint64_t type = code >> 61U;
  switch (type) {
    case 1:
      return fmt::format("more than {} % of a CPU for {} s", code & 0x7fU, (code >> 7U) & 0x1ffffffU);
    case 2:
      return fmt::format("more than {} wake-ups a second for {} s", code & 0xfffffU, (code >> 20U) & 0xfffU);
    case 3:
      return fmt::format("more than {} MB of memory", code & 0x1fffU);
    case 4:
      return fmt::format("more than {} MB of writing in {} s", code & 0x7fffU, (code >> 15U) & 0x1ffffU);
    case 5:
      return fmt::format("more than {} threads", code & 0x7fffU);
    case 6:
      return fmt::format("more than {} ports", code & 0xffffffU);
    default:
      return {};
  }
}

bool resource_limit(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  const bool by_type = report.exception && report.exception->type == "EXC_RESOURCE";
  if (!by_type && name_space(report) != "PORT_SPACE") return false;
  out.kind = FaultKind::resource_limit;
  out.sentence = "it went over a limit of the system";
  if (by_type && input.facts.code) {
    const std::string words = resource_words(*input.facts.code);
    if (!words.empty()) out.sentence += ": " + words;
  }
  if (report.exception && report.exception->subtype)
    out.evidence.push_back("subtype: " + *report.exception->subtype);
  if (report.exception && report.exception->message)
    out.evidence.push_back("message: " + *report.exception->message);
  add_termination(report, out);
  return true;
}

constexpr std::array<FaultRule, 5> kSystemRules{{{"launch_failure", launch_failure},
                                                 {"code_signature", code_signature},
                                                 {"system_code", system_code},
                                                 {"guard", guard},
                                                 {"resource_limit", resource_limit}}};

}  // namespace

std::span<const FaultRule> system_rules() { return kSystemRules; }

}  // namespace faultline

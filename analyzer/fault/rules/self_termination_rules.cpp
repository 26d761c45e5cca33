// Ends that the process decided on and gave words for.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "analyzer/fault/rules/fault_rule.h"

namespace faultline {
namespace {

// An abort or a trap; a bad access with old words lying about is still a bad access.
bool ended_itself(const FaultFacts& facts) {
  const auto& exception = facts.report->exception;
  if (!exception) return true;
  if (facts.is_bad_access) return false;
  const std::string signal = exception->signal.value_or("");
  return exception->type == "EXC_BREAKPOINT" || exception->type == "EXC_BAD_INSTRUCTION" ||
         signal == "SIGABRT" || signal == "SIGTRAP" || exception->type == "SIGABRT" ||
         exception->type == "SIGTRAP" || (exception->type == "EXC_CRASH" && signal.empty());
}

// Searches the first frames of the crashed thread, since old threads keep such names, too.
const Frame* find_frame(const FaultFacts& facts, std::initializer_list<std::string_view> names,
                        std::size_t depth) {
  if (facts.thread == nullptr) return nullptr;
  const auto& frames = facts.thread->frames;
  for (std::size_t i = 0; i < frames.size() && i < depth; ++i) {
    if (!frames[i].symbol) continue;
    for (const std::string_view name : names) {
      if (frames[i].symbol->starts_with(name)) return &frames[i];
    }
  }
  return nullptr;
}

bool uncaught_exception(const RuleInput& input, FaultExplanation& out) {
  const CrashReport& report = *input.facts.report;
  if (!ended_itself(input.facts)) return false;
  const bool by_text = input.text && input.text->kind == AbortMessageKind::uncaught_exception;
  const bool by_stack = !report.last_exception_backtrace.empty();
  const Frame* frame =
      find_frame(input.facts,
                 {"__cxa_throw", "objc_exception_throw", "__cxa_rethrow", "std::terminate",
                  "std::__terminate", "__cxxabiv1::__terminate", "__gnu_cxx::__verbose_terminate_handler",
                  "IL_Throw", "IL_Rethrow", "DispatchManagedException", "mono_raise_exception"},
                 16);
  if (!by_text && !by_stack && frame == nullptr) return false;
  // An NSAssertionHandler or a terminate handler that asserts has words of its own.
  if (!by_text && !by_stack && input.text && input.text->kind == AbortMessageKind::assertion) return false;
  out.kind = FaultKind::uncaught_exception;
  out.sentence = "an exception was not caught";
  if (by_text) {
    if (!input.text->exception_type.empty()) out.sentence = "uncaught " + input.text->exception_type;
    if (!input.text->text.empty()) out.sentence += ": " + shortened_text(input.text->text, 300);
    out.evidence.push_back(fmt::format("words from the {}", input.text->source));
  }
  if (by_stack) out.evidence.push_back("the report has the stack at which the exception was thrown");
  if (frame != nullptr) out.evidence.push_back("the crashed thread was in " + *frame->symbol);
  return true;
}

bool assertion(const RuleInput& input, FaultExplanation& out) {
  if (!ended_itself(input.facts)) return false;
  const bool by_text = input.text && input.text->kind == AbortMessageKind::assertion;
  const Frame* frame =
      find_frame(input.facts,
                 {"__assert_rtn", "__assert_fail", "__assert_perror_fail", "MTLReportFailure",
                  "MTLReleaseAssertionFailure", "-[NSAssertionHandler", "_MTLMessageContextEnd",
                  "_assertionFailure", "specialized _assertionFailure", "Swift._assertionFailure",
                  "closure #1 in _assertionFailure", "_fatalErrorMessage", "specialized _fatalErrorMessage",
                  "$ss17_assertionFailure", "$ss18_fatalErrorMessage"},
                 10);
  if (!by_text && frame == nullptr) return false;
  out.kind = FaultKind::assertion;
  out.sentence = "an assertion failed";
  if (by_text) {
    out.sentence = "assertion failed: " + shortened_text(input.text->text, 300);
    if (!input.text->function.empty()) out.evidence.push_back("asserted in " + input.text->function);
    if (!input.text->location.empty()) out.evidence.push_back("place: " + input.text->location);
    out.evidence.push_back(fmt::format("words from {}", input.text->source));
  } else if (input.text) {
    out.sentence += ": " + shortened_text(input.text->text, 300);
    if (!input.text->location.empty()) out.evidence.push_back("place: " + input.text->location);
    out.evidence.push_back(fmt::format("words from {}", input.text->source));
  } else if (frame->symbol->find("_assertionFailure") != std::string::npos ||
             frame->symbol->find("_fatalErrorMessage") != std::string::npos) {
    out.sentence += " (Swift: fatalError, precondition or assert; the report has no message)";
  }
  if (frame != nullptr) out.evidence.push_back("the crashed thread was in " + *frame->symbol);
  return true;
}

bool sanitizer(const RuleInput& input, FaultExplanation& out) {
  if (!input.text || input.text->kind != AbortMessageKind::sanitizer || !ended_itself(input.facts))
    return false;
  out.kind = FaultKind::abort;
  const bool went_on = input.facts.report->kind == ReportKind::non_fatal;
  out.sentence = shortened_text(input.text->text, 300) + (went_on ? "; the process went on" : "");
  out.evidence.push_back(fmt::format("words from {}", input.text->source));
  return true;
}

constexpr std::array<FaultRule, 3> kSelfTerminationRules{
    {{"uncaught_exception", uncaught_exception}, {"assertion", assertion}, {"sanitizer", sanitizer}}};

}  // namespace

std::span<const FaultRule> self_termination_rules() { return kSelfTerminationRules; }

}  // namespace faultline

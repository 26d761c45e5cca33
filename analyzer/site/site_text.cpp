#include "analyzer/site/site_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "analyzer/site/symbol_names.h"
#include "core/base/hash.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::size_t kWordsLimit = 96;

std::string with_access(std::string phrase, const std::optional<AccessKind>& access) {
  if (access) phrase += fmt::format(" {}", access_kind_text(*access));
  return phrase;
}

// `1091` of `1091`, `12` of `file prog.c, line 12.` or `prog.c:12`.
std::string line_number(const std::string& location) {
  std::size_t end = location.size();
  while (end > 0 && !is_digit(location[end - 1])) --end;
  std::size_t begin = end;
  while (begin > 0 && is_digit(location[begin - 1])) --begin;
  return location.substr(begin, end - begin);
}

std::string assertion_phrase(const std::optional<AbortMessage>& words, SiteScope scope) {
  if (!words || words->text.empty()) return "assertion";
  std::string phrase = "assertion";
  const std::string line = line_number(words->location);
  if (scope == SiteScope::exact && !line.empty()) phrase += ":" + line;
  return phrase + fmt::format(" \"{}\"", shortened_text(words->text, kWordsLimit));
}

// A family has no access here. Which instruction is the first to touch a field through the pointer that is
// NULL, a load or a store, is the compiler's choice in each driver build, and a text without ESR or
// instruction bytes does not tell; function and field are what stays.
std::string null_phrase(const FaultExplanation& fault, SiteScope scope) {
  std::string phrase = "null";
  if (fault.fault_offset) {
    const auto offset = static_cast<std::int64_t>(*fault.fault_offset);
    const bool before = offset < 0 && offset > -(1 << 20);
    phrase += before ? "-" + hex(static_cast<std::uint64_t>(-offset)) : "+" + hex(*fault.fault_offset);
  }
  return scope == SiteScope::exact ? with_access(phrase, fault.access) : phrase;
}

std::string termination_phrase(const CrashReport& report) {
  std::string phrase;
  if (!report.termination) return phrase;
  if (report.termination->name_space) phrase += " " + *report.termination->name_space;
  if (report.termination->code) phrase += " " + hex(*report.termination->code);
  return phrase;
}

/// Where nothing says whose crash it is, only the words of the report tell one from another.
std::string all_words(const CrashReport& report) {
  std::string text;
  if (!report.exception) return text;
  std::string_view message = report.exception->message ? *report.exception->message : std::string_view();
  while (message.starts_with(' ')) message.remove_prefix(1);
  if (!message.empty()) text += " " + shortened_text(message, kWordsLimit);
  for (const auto& violation : report.exception->violations) text += " " + violation;
  return text;
}

std::string unnamed_exact(const SiteFrame& frame) {
  // Texts may give an address only, which differs each time.
  if (!frame.uuid && frame.image_offset == 0) return "?";
  return fmt::format("{}+{}", frame.uuid ? frame.uuid->text() : std::string("?"), hex(frame.image_offset));
}

std::string kind_phrase(const FaultExplanation& fault, const CrashReport& report,
                        const std::optional<AbortMessage>& words, SiteScope scope) {
  const std::string kind(fault_kind_text(fault.kind));
  switch (fault.kind) {
    case FaultKind::null_dereference:
      return null_phrase(fault, scope);
    case FaultKind::assertion:
      return assertion_phrase(words, scope);
    case FaultKind::uncaught_exception:
      return words && !words->exception_type.empty() ? kind + " " + words->exception_type : kind;
    case FaultKind::abort:
      return words && words->kind == AbortMessageKind::sanitizer ? words->exception_type : kind;
    case FaultKind::guard:
      return report.exception && report.exception->subtype ? kind + " " + *report.exception->subtype : kind;
    case FaultKind::killed:
    case FaultKind::watchdog:
    case FaultKind::launch_failure:
    case FaultKind::code_signature:
      return kind + termination_phrase(report);
    case FaultKind::unknown:
      // A cause without a kind of its own has a rule, whose name says more than "unknown".
      return fault.rule.empty() || fault.rule == "unknown" ? kind : with_access(fault.rule, fault.access);
    case FaultKind::near_null:
    case FaultKind::wild_pointer:
    case FaultKind::pointer_authentication:
    case FaultKind::misaligned:
    case FaultKind::poisoned_pointer:
      return with_access(kind, fault.access);
    default:
      return kind;
  }
}

}  // namespace

std::string fault_phrase(const FaultExplanation& fault, const CrashReport& report,
                         const std::optional<AbortMessage>& words, SiteScope scope) {
  const std::string phrase = kind_phrase(fault, report, words, scope);
  return fault.gpu_error.empty() ? phrase : phrase + " " + fault.gpu_error;
}

void write_site(const ChosenFrame& chosen, const FaultExplanation& fault, const CrashReport& report,
                const std::optional<AbortMessage>& words, CrashSite& site) {
  const SiteFrame& frame = *chosen.frame;
  site.image = frame.image;
  site.function = frame.function;
  site.code_offset = frame.function.empty() ? std::nullopt : frame.code_offset;
  site.fault_offset = fault.fault_offset;
  site.access = fault.access;
  site.kind = fault.kind;
  site.frame_index = frame.index;

  const std::string image = frame.image.empty() ? "???" : frame.image;
  std::string exact = image + " ";
  std::string family = family_image(image) + " ";
  if (frame.function.empty()) {
    exact += unnamed_exact(frame);
    family += "?";
    if (!chosen.caller.empty()) family += " called by " + chosen.caller;
  } else {
    exact += frame.function;
    family += family_function(frame.function);
    if (frame.code_offset && chosen.with_code_offset) exact += fmt::format("+{}", *frame.code_offset);
  }
  if (!chosen.via.empty()) exact += " via " + chosen.via;
  site.text = exact + " " + fault_phrase(fault, report, words, SiteScope::exact);
  site.family_text = family + " " + fault_phrase(fault, report, words, SiteScope::family);
  site.key = hash64_hex(site.text);
  site.family = hash64_hex(site.family_text);
}

void write_site_without_frame(const std::string& what, const FaultExplanation& fault,
                              const CrashReport& report, const std::optional<AbortMessage>& words,
                              CrashSite& site) {
  site.fault_offset = fault.fault_offset;
  site.access = fault.access;
  site.kind = fault.kind;
  site.image = what == "???" ? "" : what;
  site.text = what + " " + fault_phrase(fault, report, words, SiteScope::exact);
  if (what == "???") site.text += all_words(report);
  site.family_text = family_image(what) + " " + fault_phrase(fault, report, words, SiteScope::family);
  if (what == "???") site.family_text += all_words(report);
  site.key = hash64_hex(site.text);
  site.family = hash64_hex(site.family_text);
}

void write_document_site(const std::string& text, const FaultExplanation& fault, CrashSite& site) {
  site.kind = fault.kind;
  site.text = text;
  site.family_text = text;
  site.key = hash64_hex(site.text);
  site.family = hash64_hex(site.family_text);
}

}  // namespace faultline

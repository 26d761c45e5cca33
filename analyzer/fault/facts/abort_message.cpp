#include "analyzer/fault/facts/abort_message.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text/ascii.h"

namespace faultline {
namespace {

constexpr std::size_t kLongestReason = 600;

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

// Between the first mark after `at` and its closing partner; `'quoted'`, `` `quoted' ``, `"quoted"`.
std::string_view quoted(std::string_view text) {
  const auto open = text.find_first_of("`'\"\xe2");
  if (open == std::string_view::npos) return {};
  std::size_t begin = open + 1;
  if (text[open] == '\xe2') begin = std::min(open + 3, text.size());  // A typographic quotation mark.
  auto close = text.find_last_of("'\"");
  const auto typographic = text.rfind("\xe2\x80");
  if ((close == std::string_view::npos || close < begin) && typographic != std::string_view::npos) {
    close = typographic;
  }
  if (close == std::string_view::npos || close <= begin) return text.substr(begin);
  return text.substr(begin, close - begin);
}

// `-[AGXG16XFamilyCommandBuffer try…:nextEncoderClass:]:1091: failed assertion `A command …'`
std::optional<AbortMessage> read_failed_assertion(std::string_view line) {
  const auto at = line.find("failed assertion");
  if (at == std::string_view::npos) return std::nullopt;
  AbortMessage out;
  out.kind = AbortMessageKind::assertion;
  const std::string_view after = line.substr(at + 16);
  const std::string_view inside = quoted(after);
  out.text = trimmed(inside.empty() ? after : inside);
  std::string_view before = trimmed(line.substr(0, at));
  if (before.ends_with(',')) before.remove_suffix(1);
  if (before.ends_with(':')) before.remove_suffix(1);
  const auto colon = before.rfind(':');
  if (colon != std::string_view::npos && is_all_digits(before.substr(colon + 1))) {
    out.location = before.substr(colon + 1);
    before = before.substr(0, colon);
  }
  const auto method = before.find_first_of("-+");
  if (method != std::string_view::npos && before.substr(method + 1).starts_with("[")) {
    out.function = trimmed(before.substr(method));
  } else {
    out.function = trimmed(before);
  }
  return out;
}

// Apple: `Assertion failed: (expr), function f, file x.c, line 12.`
std::optional<AbortMessage> read_assert_rtn(std::string_view line) {
  const auto at = line.find("Assertion failed: ");
  if (at == std::string_view::npos) return std::nullopt;
  AbortMessage out;
  out.kind = AbortMessageKind::assertion;
  std::string_view rest = line.substr(at + 18);
  const auto function = rest.find(", function ");
  const auto file = rest.find(", file ");
  out.text = trimmed(rest.substr(0, std::min(function, file)));
  if (out.text.size() > 2 && out.text.front() == '(' && out.text.back() == ')') {
    out.text = out.text.substr(1, out.text.size() - 2);
  }
  if (function != std::string_view::npos) {
    const auto begin = function + 11;
    out.function = rest.substr(begin, file == std::string_view::npos ? file : file - begin);
  }
  if (file != std::string_view::npos) out.location = trimmed(rest.substr(file + 2));
  return out;
}

// glibc: `prog: file.c:12: void f(): Assertion `expr' failed.`
std::optional<AbortMessage> read_glibc_assert(std::string_view line) {
  const auto at = line.find("Assertion `");
  if (at == std::string_view::npos || !contains(line, "' failed")) return std::nullopt;
  AbortMessage out;
  out.kind = AbortMessageKind::assertion;
  const auto end = line.rfind("' failed");
  out.text = line.substr(at + 11, end > at + 11 ? end - at - 11 : 0);
  std::string_view before = trimmed(line.substr(0, at));
  if (before.ends_with(':')) before.remove_suffix(1);
  // program: file:line: function
  const auto first = before.find(": ");
  if (first == std::string_view::npos) return out;
  const auto second = before.find(": ", first + 2);
  if (second == std::string_view::npos) return out;
  out.location = before.substr(first + 2, second - first - 2);
  out.function = trimmed(before.substr(second + 2));
  return out;
}

// libc++: `…/vector:1393: assertion __n < size() failed: vector[] index out of bounds`
std::optional<AbortMessage> read_libcxx_assert(std::string_view line) {
  const auto at = line.find(": assertion ");
  const auto failed = line.find(" failed", at == std::string_view::npos ? 0 : at);
  if (at == std::string_view::npos || failed == std::string_view::npos) return std::nullopt;
  AbortMessage out;
  out.kind = AbortMessageKind::assertion;
  std::string_view message = line.substr(failed + 7);
  if (message.starts_with(": ")) message.remove_prefix(2);
  message = trimmed(message);
  out.text = message.empty() ? line.substr(at + 12, failed - at - 12) : message;
  out.location = line.substr(0, at);
  return out;
}

// `'text'`, on one line or wrapped by whoever printed it: then it ends with the line that closes the quote.
std::string reason_text(std::string_view text) {
  const std::string_view line = trimmed(first_line(text));
  const bool wrapped = line.size() > 1 && line.front() == '\'' && line.back() != '\'';
  const auto close = wrapped ? text.find("'\n", line.size()) : std::string_view::npos;
  if (close == std::string_view::npos || close > kLongestReason) return std::string(quoted(line));
  std::string joined;
  for (const char c : quoted(text.substr(0, close + 1))) {
    const bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!blank) joined += c;
    if (blank && !joined.ends_with(' ')) joined += ' ';
  }
  return joined;
}

std::optional<AbortMessage> read_uncaught(std::string_view text) {
  // Objective-C: `*** Terminating app due to uncaught exception 'Name', reason: 'text'`
  if (const auto at = text.find("due to uncaught exception '"); at != std::string_view::npos) {
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    const std::string_view rest = text.substr(at + 27);
    out.exception_type = rest.substr(0, rest.find('\''));
    if (const auto reason = rest.find("reason: "); reason != std::string_view::npos) {
      out.text = reason_text(rest.substr(reason + 8));
    }
    return out;
  }
  // libc++abi: `terminating due to uncaught exception of type c10::Error: what` (older: `with`)
  if (const auto at = text.find("uncaught exception of type "); at != std::string_view::npos) {
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    const std::string_view rest = first_line(text.substr(at + 27));
    const auto colon = rest.find(": ");
    out.exception_type = trimmed(rest.substr(0, colon));
    if (colon != std::string_view::npos) out.text = trimmed(rest.substr(colon + 2));
    return out;
  }
  // libstdc++: `terminate called after throwing an instance of 'T'` and `  what():  text` on the next line
  if (const auto at = text.find("after throwing an instance of '"); at != std::string_view::npos) {
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    const std::string_view rest = text.substr(at + 31);
    out.exception_type = rest.substr(0, rest.find('\''));
    if (const auto what = rest.find("what():"); what != std::string_view::npos) {
      out.text = trimmed(first_line(rest.substr(what + 7)));
    }
    return out;
  }
  // AppKit, before it traps: `Crashing on exception: text`
  if (const auto at = text.find("Crashing on exception: "); at != std::string_view::npos) {
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    out.text = trimmed(first_line(text.substr(at + 23)));
    return out;
  }
  if (contains(text, "terminate called without an active exception") ||
      contains(text, "terminating with uncaught exception") || contains(text, "uncaught foreign exception")) {
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    out.text = trimmed(first_line(text));
    return out;
  }
  return std::nullopt;
}

// `==4711==ERROR: AddressSanitizer: heap-use-after-free on address 0x…`, `ThreadSanitizer: data race
// (pid=4711)`
std::optional<AbortMessage> read_sanitizer(std::string_view line) {
  constexpr std::string_view kMark = "Sanitizer: ";
  const auto at = line.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  AbortMessage out;
  out.kind = AbortMessageKind::sanitizer;
  const auto blank = line.rfind(' ', at);
  out.text = trimmed(line.substr(blank == std::string_view::npos ? 0 : blank + 1));
  const std::string_view found = line.substr(at + kMark.size());
  out.exception_type =
      trimmed(found.substr(0, std::min({found.find(" on "), found.find(" ("), found.find(": ")})));
  return out;
}

// Deliberate ends that name a reason; the word before the colon stays, since it says whose they are.
constexpr std::array<std::string_view, 12> kFatalMarks{
    "Fatal error: ",  "Fatal Python error: ",      "BUG IN CLIENT OF ",
    "BUG IN LIB",     "*** stack smashing",        "free(): ",
    "malloc(): ",     "double free or corruption", "pointer being freed",
    "corrupted size", "munmap_chunk(): ",          "realloc(): "};

// Swift: `Module/File.swift:77: ` in front of the words.
std::string swift_place(std::string_view before) {
  const auto line = trimmed(before.substr(before.rfind('\n') + 1));
  return contains(line, ".swift:") && line.ends_with(':') ? std::string(line.substr(0, line.size() - 1)) : "";
}

std::optional<AbortMessage> read_fatal(std::string_view text) {
  for (const std::string_view mark : kFatalMarks) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) continue;
    AbortMessage out;
    out.text = trimmed(first_line(text.substr(at)));
    out.location = swift_place(text.substr(0, at));
    out.kind = out.location.empty() ? AbortMessageKind::fatal_error : AbortMessageKind::assertion;
    return out;
  }
  return std::nullopt;
}

std::optional<AbortMessage> read_sources(const CrashReport& report, std::optional<AbortMessage>& plain) {
  const auto consider = [&](std::string_view text, std::string_view source) -> std::optional<AbortMessage> {
    auto found = read_abort_message(text);
    if (found) {
      found->source = source;
      return found;
    }
    const std::string_view line = trimmed(first_line(trimmed(text)));
    // These say what the frames say already, or nothing.
    const bool empty_talk = line.empty() || line == "abort() called" || line.starts_with("dyld") ||
                            line.starts_with("Performing @selector") ||
                            line.starts_with("CRASHING_THREAD_NAME") || line.starts_with("CoreSimulator");
    if (!empty_talk && !plain) {
      AbortMessage message;
      message.text = line;
      message.source = source;
      plain = message;
    }
    return std::nullopt;
  };
  for (const auto& info : report.app_specific_info) {
    const std::string source =
        (info.image.empty() ? "the process" : info.image) + " (application-specific information)";
    std::string all;
    std::optional<AbortMessage> type_alone;  // Its reason may stand in the next line.
    for (const auto& line : info.lines) {
      all += line + "\n";
      if (type_alone) continue;
      auto found = consider(line, source);
      if (found && !found->text.empty()) return found;
      type_alone = std::move(found);
    }
    if (auto found = read_abort_message(all)) {
      found->source = source;
      return found;
    }
    if (type_alone) return type_alone;
  }
  if (report.exception && report.exception->message) {
    if (auto found = consider(*report.exception->message, "exception message")) return found;
  }
  if (report.termination) {
    for (const auto& reason : report.termination->reasons) {
      if (auto found = consider(reason, "termination reason")) return found;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<AbortMessage> read_abort_message(std::string_view text) {
  if (auto found = read_uncaught(text)) return found;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view line = first_line(text.substr(at));
    if (auto found = read_failed_assertion(line)) return found;
    if (auto found = read_glibc_assert(line)) return found;
    if (auto found = read_assert_rtn(line)) return found;
    if (auto found = read_libcxx_assert(line)) return found;
    if (auto found = read_sanitizer(line)) return found;
    at += line.size() + 1;
  }
  return read_fatal(text);
}

std::optional<AbortMessage> find_abort_message(const CrashReport& report) {
  if (report.exception_reason) {
    const ExceptionReason& reason = *report.exception_reason;
    AbortMessage out;
    out.kind = AbortMessageKind::uncaught_exception;
    out.exception_type = reason.name.value_or(reason.type.value_or(reason.exception_class.value_or("")));
    out.text =
        trimmed(first_line(trimmed(reason.composed_message.value_or(reason.format_string.value_or("")))));
    out.source = "exception reason";
    return out;
  }
  std::optional<AbortMessage> plain;
  if (auto found = read_sources(report, plain)) return found;
  const auto index = report.crashed_thread_index();
  if (index) {
    const auto& frames = report.threads[*index].frames;
    for (std::size_t i = 0; i < frames.size() && i < 3; ++i) {
      if (!frames[i].symbol || !contains(*frames[i].symbol, ": assertion ")) continue;
      auto found = read_libcxx_assert(first_line(*frames[i].symbol));
      if (found) found->source = "the name of an inlined frame";
      if (found) return found;
    }
  }
  return plain;
}

std::string shortened_text(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    // Addresses differ from run to run, and with them no two crashes would be alike.
    if (text.substr(i).starts_with("0x")) {
      std::size_t end = i + 2;
      while (end < text.size() && is_hex_digit(text[end])) ++end;
      if (end > i + 2) {
        out += "0x*";
        i = end - 1;
        continue;
      }
    }
    out += text[i];
  }
  if (out.size() <= limit) return out;
  out.resize(limit);
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0U) == 0x80U) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xc0U) out.pop_back();
  if (const auto blank = out.find_last_of(' '); blank != std::string::npos && blank > limit / 2) {
    out.resize(blank);
  }
  return out + "…";
}

}  // namespace faultline

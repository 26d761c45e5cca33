#include "analyzer/parse/swift_backtrace/swift_backtrace_parser.h"

#include <array>
#include <string>
#include <utility>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kSwiftCrashed = "*** Program crashed: ";
constexpr std::string_view kFatalSwift = "Fatal error: ";

struct Cause {
  std::string_view words;
  std::string_view exception;
  std::string_view signal;
};
// stdlib/public/libexec/swift-backtrace: how it words the signals.
constexpr std::array<Cause, 7> kSwiftCauses{{{"Bad pointer dereference", "EXC_BAD_ACCESS", "SIGSEGV"},
                                             {"Access violation", "EXC_BAD_ACCESS", "SIGSEGV"},
                                             {"Bus error", "EXC_BAD_ACCESS", "SIGBUS"},
                                             {"Illegal instruction", "EXC_BAD_INSTRUCTION", "SIGILL"},
                                             {"System trap", "EXC_BREAKPOINT", "SIGTRAP"},
                                             {"Floating point exception", "EXC_ARITHMETIC", "SIGFPE"},
                                             {"Aborted", "EXC_CRASH", "SIGABRT"}}};

ExceptionInfo swift_exception_of(std::string_view words) {
  ExceptionInfo out;
  out.type = "EXC_CRASH";
  for (const auto& [start, exception, signal] : kSwiftCauses) {
    if (!words.starts_with(start)) continue;
    out.type = std::string(exception);
    out.signal = std::string(signal);
  }
  const auto at = words.rfind(" at 0x");
  if (at == words.npos) return out;
  auto address = words.substr(at + 4);
  if (const auto value = take_hex(address)) {
    if (out.type == "EXC_BAD_ACCESS") out.raw_codes = {1, *value};
  }
  return out;
}

/// `f() + 16 in prog at /src/a.swift:3:15` behind index, marks and address.
void read_swift_place(std::string_view text, Frame& frame) {
  if (const auto at = text.rfind(" at "); at != text.npos && text.rfind(" in ", at) != text.npos) {
    auto place = text.substr(at + 4);
    const auto colon = place.find(':');
    if (colon != place.npos) {
      auto number = place.substr(colon + 1);
      frame.source_file = std::string(place.substr(0, colon));
      frame.source_line = take_decimal(number);
    }
    text = text.substr(0, at);
  }
  if (const auto in = text.rfind(" in "); in != text.npos) {
    frame.image_name = std::string(trim(text.substr(in + 4)));
    text = text.substr(0, in);
  }
  if (const auto plus = text.rfind(" + "); plus != text.npos) {
    auto number = text.substr(plus + 3);
    if (const auto offset = take_decimal(number); offset && number.empty()) {
      frame.symbol_location = offset;
      text = text.substr(0, plus);
    }
  }
  text = trim(text);
  if (!text.empty()) frame.symbol = std::string(text);
}

std::optional<Frame> swift_frame_of(std::string_view line, std::size_t expected) {
  auto rest = line;
  const auto index = take_decimal(rest);
  if (!index || *index != expected || !rest.starts_with(' ')) return std::nullopt;
  Frame frame;
  rest = trim(rest);
  while (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == rest.npos) return std::nullopt;
    if (rest.substr(0, close) == "[inlined") frame.inlined = true;
    rest = trim(rest.substr(close + 1));
  }
  if (const auto address = take_hex(rest)) frame.address = RuntimeAddress{*address};
  rest = trim(rest);
  while (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == rest.npos) return std::nullopt;
    if (rest.substr(0, close) == "[inlined") frame.inlined = true;
    rest = trim(rest.substr(close + 1));
  }
  if (rest.empty() && !frame.address) return std::nullopt;
  read_swift_place(rest, frame);
  return frame;
}

class SwiftBacktraceReader {
 public:
  CrashReport run(std::string_view text) {
    report_.kind = ReportKind::unreadable;
    report_.from_text = true;
    while (!text.empty()) {
      const auto end = text.find('\n');
      read(trim(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    if (!report_.exception || report_.threads.empty()) return std::move(report_);
    report_.kind = ReportKind::crash;
    report_.issues.push_back({"", "printed by Swift's backtracer: no time, process number or incident"});
    return std::move(report_);
  }

 private:
  void read(std::string_view line) {
    if (const auto at = line.find(kSwiftCrashed); at != line.npos && !report_.exception) {
      auto words = line.substr(at + kSwiftCrashed.size());
      if (words.ends_with(" ***")) words.remove_suffix(4);
      report_.exception = swift_exception_of(words);
      info().emplace_back(words);
      return;
    }
    if (const auto at = line.find(kFatalSwift); at != line.npos && !report_.exception) {
      info().emplace_back(line);  // The program's own words come before the backtracer's.
      return;
    }
    if (!report_.exception) return;
    if (line.starts_with("Platform: ")) return read_platform(line.substr(10));
    if (line.starts_with("Thread ") && read_thread(line)) return;
    if (report_.threads.empty()) return;
    auto& frames = report_.threads.back().frames;
    if (auto frame = swift_frame_of(line, physical_)) {
      frames.push_back(std::move(*frame));
      ++physical_;
    }
  }

  std::vector<std::string>& info() {
    if (report_.app_specific_info.empty()) report_.app_specific_info.emplace_back();
    return report_.app_specific_info[0].lines;
  }

  /// `arm64 macOS 13.5 (22G74)`
  void read_platform(std::string_view text) {
    const auto blank = text.find(' ');
    report_.cpu_type = std::string(text.substr(0, blank));
    if (blank == text.npos) return;
    text = trim(text.substr(blank + 1));
    const auto open = text.rfind(" (");
    report_.os.train = std::string(text.substr(0, open));
    if (open != text.npos && text.ends_with(')')) {
      report_.os.build = std::string(text.substr(open + 2, text.size() - open - 3));
    }
  }

  /// `Thread 0 "main" crashed:`, `Thread 1:`
  bool read_thread(std::string_view line) {
    auto rest = line.substr(7);
    const auto number = take_decimal(rest);
    if (!number || !rest.ends_with(':')) return false;
    auto& thread = report_.threads.emplace_back();
    if (*number + 1 != report_.threads.size()) thread.number = static_cast<std::size_t>(*number);
    thread.triggered = rest.find(" crashed") != rest.npos;
    const auto open = rest.find('"');
    const auto close = rest.rfind('"');
    if (open != rest.npos && close > open + 1)
      thread.name = std::string(rest.substr(open + 1, close - open - 1));
    physical_ = 0;
    return true;
  }

  CrashReport report_;
  std::size_t physical_ = 0;  ///< The index that the next frame has.
};

}  // namespace

bool is_swift_backtrace(std::string_view text) { return text.find(kSwiftCrashed) != text.npos; }

CrashReport parse_swift_backtrace(std::string_view text) { return SwiftBacktraceReader().run(text); }

}  // namespace faultline

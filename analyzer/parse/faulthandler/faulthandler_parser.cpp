#include "analyzer/parse/faulthandler/faulthandler_parser.h"

#include <array>
#include <string>
#include <utility>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kFatalPython = "Fatal Python error: ";
constexpr std::string_view kRecentFirst = "(most recent call first)";

struct FatalWord {
  std::string_view word;
  std::string_view exception;
  std::string_view signal;
};
// Modules/faulthandler.c; everything else is the interpreter's own abort.
constexpr std::array<FatalWord, 5> kFatalWords{{{"Segmentation fault", "EXC_BAD_ACCESS", "SIGSEGV"},
                                                {"Bus error", "EXC_BAD_ACCESS", "SIGBUS"},
                                                {"Illegal instruction", "EXC_BAD_INSTRUCTION", "SIGILL"},
                                                {"Floating-point exception", "EXC_ARITHMETIC", "SIGFPE"},
                                                {"Floating point exception", "EXC_ARITHMETIC", "SIGFPE"}}};

ExceptionInfo python_exception_of(std::string_view words) {
  ExceptionInfo out;
  out.type = "EXC_CRASH";
  out.signal = "SIGABRT";
  for (const auto& [word, exception, signal] : kFatalWords) {
    if (!words.starts_with(word)) continue;
    out.type = std::string(exception);
    out.signal = std::string(signal);
  }
  return out;
}

/// `File "a/b.py", line 12 in name`
std::optional<Frame> python_frame(std::string_view line) {
  constexpr std::string_view kFile = "File \"";
  constexpr std::string_view kLine = "\", line ";
  const auto close = line.find(kLine);
  if (!line.starts_with(kFile) || close == std::string_view::npos) return std::nullopt;
  auto rest = line.substr(close + kLine.size());
  Frame frame;
  frame.image_name = "Python";
  frame.source_file = std::string(line.substr(kFile.size(), close - kFile.size()));
  frame.source_line = take_decimal(rest);
  if (rest.starts_with(" in ")) frame.symbol = std::string(trim(rest.substr(4)));
  return frame;
}

/// `Binary file "/usr/lib/libpython3.14.so.1.0", at _PyEval_EvalFrameDefault+0x1f2 [0x7f…]`
std::optional<Frame> native_frame(std::string_view line) {
  constexpr std::string_view kFile = "Binary file \"";
  const auto close = line.find('"', kFile.size());
  if (!line.starts_with(kFile) || close == std::string_view::npos) return std::nullopt;
  const auto path = line.substr(kFile.size(), close - kFile.size());
  Frame frame;
  frame.image_name = std::string(path.substr(path.rfind('/') + 1));
  const auto bracket = line.rfind("[0x");
  if (bracket != std::string_view::npos) {
    auto address = line.substr(bracket + 1);
    if (const auto value = take_hex(address)) frame.address = RuntimeAddress{*value};
  }
  const auto at = line.find(", at ", close);
  if (at == std::string_view::npos) return frame;
  auto symbol = line.substr(at + 5, bracket == std::string_view::npos ? bracket : bracket - at - 5);
  symbol = trim(symbol);
  if (const auto plus = symbol.rfind('+'); plus != std::string_view::npos && plus > 0) {
    auto offset = symbol.substr(plus + 1);
    frame.symbol_location = take_hex(offset);
    symbol = symbol.substr(0, plus);
  }
  if (!symbol.empty() && !symbol.starts_with('+')) frame.symbol = std::string(symbol);
  return frame;
}

/// `Thread 0x00007f… [name] (most recent call first):`
Thread python_thread_of(std::string_view head) {
  Thread thread;
  thread.triggered = head.starts_with("Current thread");
  const auto at = head.find("0x");
  if (at == std::string_view::npos) return thread;
  auto rest = head.substr(at);
  thread.id = take_hex(rest);
  const auto open = rest.find('[');
  const auto close = rest.find(']');
  if (open != std::string_view::npos && close != std::string_view::npos && close > open + 1) {
    thread.name = std::string(rest.substr(open + 1, close - open - 1));
  }
  return thread;
}

class FaulthandlerReader {
 public:
  CrashReport run(std::string_view text) {
    report_.kind = ReportKind::unreadable;
    report_.from_text = true;
    while (!text.empty()) {
      const auto end = text.find('\n');
      read(trim(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    finish();
    return std::move(report_);
  }

 private:
  void read(std::string_view line) {
    if (const auto at = line.find(kFatalPython); at != std::string_view::npos && !report_.exception) {
      report_.exception = python_exception_of(line.substr(at + kFatalPython.size()));
      report_.app_specific_info.push_back({"Python", {std::string(line.substr(at))}});
      return;
    }
    if (!report_.exception) return;
    if (line.find(kRecentFirst) != line.npos) return begin(line);
    if (auto frame = native_frame(line)) {
      native_.push_back(std::move(*frame));
    } else if (auto python = python_frame(line); python && !report_.threads.empty()) {
      report_.threads.back().frames.push_back(std::move(*python));
    }
  }

  void begin(std::string_view head) {
    if (head.find("C stack trace") != head.npos) return;
    report_.threads.push_back(python_thread_of(head));
  }

  /// The C frames ran below nothing: they stand above the Python ones.
  void finish() {
    if (!report_.exception || (report_.threads.empty() && native_.empty())) return;
    report_.kind = ReportKind::crash;
    if (report_.threads.empty()) report_.threads.emplace_back().triggered = true;
    if (const auto index = report_.crashed_thread_index()) {
      auto& frames = report_.threads[*index].frames;
      frames.insert(frames.begin(), native_.begin(), native_.end());
    }
    report_.issues.push_back(
        {"", native_.empty() ? "printed by Python's faulthandler: Python frames only, no native function, "
                               "registers, images or process"
                             : "printed by Python's faulthandler: no registers, images or process"});
  }

  CrashReport report_;
  std::vector<Frame> native_;
};

}  // namespace

bool is_faulthandler_text(std::string_view text) {
  return text.find(kFatalPython) != text.npos && text.find(kRecentFirst) != text.npos &&
         text.find("Exception Type:") == text.npos && text.find("Sanitizer: ") == text.npos;
}

CrashReport parse_faulthandler_text(std::string_view text) { return FaulthandlerReader().run(text); }

}  // namespace faultline

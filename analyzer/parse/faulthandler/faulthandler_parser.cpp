#include "analyzer/parse/faulthandler/faulthandler_parser.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/parse/text/printed_report.h"
#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kFatalPython = "Fatal Python error: ";
constexpr std::string_view kRecentFirst = "(most recent call first)";

// Modules/faulthandler.c; everything else is the interpreter's own abort.
constexpr std::array<PrintedCause, 6> kPythonCauses{{{"Segmentation fault", "EXC_BAD_ACCESS", "SIGSEGV"},
                                                     {"Bus error", "EXC_BAD_ACCESS", "SIGBUS"},
                                                     {"Illegal instruction", "EXC_BAD_INSTRUCTION", "SIGILL"},
                                                     {"Floating-point exception", "EXC_ARITHMETIC", "SIGFPE"},
                                                     {"Floating point exception", "EXC_ARITHMETIC", "SIGFPE"},
                                                     {"", "EXC_CRASH", "SIGABRT"}}};

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
  Frame frame;
  frame.image_name = std::string(file_name(line.substr(kFile.size(), close - kFile.size())));
  const auto bracket = line.rfind("[0x");
  if (bracket != std::string_view::npos) {
    auto address = line.substr(bracket + 1);
    if (const auto value = take_address(address)) frame.address = *value;
    line = line.substr(0, bracket);
  }
  const auto at = line.find(", at ", close);
  if (at == std::string_view::npos) return frame;
  auto symbol = trim(line.substr(at + 5));
  take_code_offset(symbol, frame);
  if (!symbol.empty() && !symbol.starts_with('+')) frame.symbol = std::string(symbol);
  return frame;
}

class FaulthandlerReader final : public PrintedReportReader {
 protected:
  bool read(std::string_view line) override {
    if (const auto at = line.find(kFatalPython); at != line.npos && !report().exception) {
      report().exception = exception_of_words(line.substr(at + kFatalPython.size()), kPythonCauses);
      add_words(line.substr(at), "Python");
      return true;
    }
    if (!report().exception) return true;
    if (line.find(kRecentFirst) != line.npos) {
      if (line.find("C stack trace") == line.npos) begin(line);
    } else if (auto frame = native_frame(line)) {
      native_.push_back(std::move(*frame));
    } else if (auto python = python_frame(line)) {
      add_frame(std::move(*python));
    }
    return true;
  }

  /// The C frames ran below nothing: they stand above the Python ones.
  void finish() override {
    auto& threads = report().threads;
    if (!report().exception || (threads.empty() && native_.empty())) return;
    if (threads.empty()) begin_thread(true);
    if (const auto index = report().crashed_thread_index()) {
      auto& frames = threads[*index].frames;
      frames.insert(frames.begin(), native_.begin(), native_.end());
    }
    accept(ReportKind::crash, native_.empty()
                                  ? "printed by Python's faulthandler: Python frames only, no native "
                                    "function, registers, images or process"
                                  : "printed by Python's faulthandler: no registers, images or process");
  }

 private:
  /// `Thread 0x00007f… [name] (most recent call first):`
  void begin(std::string_view head) {
    auto& thread = begin_thread(head.starts_with("Current thread"));
    const auto at = head.find("0x");
    if (at == std::string_view::npos) return;
    auto rest = head.substr(at);
    thread.id = take_hex(rest);
    const auto open = rest.find('[');
    const auto close = rest.find(']');
    if (open == rest.npos || close == rest.npos || close <= open + 1) return;
    thread.name = std::string(rest.substr(open + 1, close - open - 1));
  }

  std::vector<Frame> native_;
};

}  // namespace

bool is_faulthandler_head(std::string_view line) { return line.starts_with(kFatalPython); }

bool is_faulthandler_text(std::string_view text) {
  return text.find(kFatalPython) != text.npos && text.find(kRecentFirst) != text.npos &&
         text.find("Exception Type:") == text.npos && text.find("Sanitizer: ") == text.npos;
}

CrashReport parse_faulthandler_text(std::string_view text) { return FaulthandlerReader().run(text); }

}  // namespace faultline

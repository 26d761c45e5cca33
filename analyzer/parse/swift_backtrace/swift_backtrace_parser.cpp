#include "analyzer/parse/swift_backtrace/swift_backtrace_parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "analyzer/parse/text/printed_report.h"
#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kSwiftCrashed = "*** Program crashed: ";
constexpr std::string_view kFatalSwift = "Fatal error: ";

// stdlib/public/libexec/swift-backtrace: how it words the signals.
constexpr std::array<PrintedCause, 8> kSwiftCauses{{{"Bad pointer dereference", "EXC_BAD_ACCESS", "SIGSEGV"},
                                                    {"Access violation", "EXC_BAD_ACCESS", "SIGSEGV"},
                                                    {"Bus error", "EXC_BAD_ACCESS", "SIGBUS"},
                                                    {"Illegal instruction", "EXC_BAD_INSTRUCTION", "SIGILL"},
                                                    {"System trap", "EXC_BREAKPOINT", "SIGTRAP"},
                                                    {"Floating point exception", "EXC_ARITHMETIC", "SIGFPE"},
                                                    {"Aborted", "EXC_CRASH", "SIGABRT"},
                                                    {"", "EXC_CRASH", ""}}};

std::optional<ExceptionInfo> swift_exception_of(std::string_view words) {
  auto out = exception_of_words(words, kSwiftCauses);
  if (out->signal == "") out->signal.reset();
  const auto at = words.rfind(" at 0x");
  if (at == words.npos || out->type != "EXC_BAD_ACCESS") return out;
  auto address = words.substr(at + 4);
  if (const auto value = take_hex(address)) out->raw_codes = {1, *value};
  return out;
}

/// `f() + 16 in prog at /src/a.swift:3:15` behind index, marks and address.
void read_swift_place(std::string_view text, Frame& frame) {
  if (const auto at = text.rfind(" at "); at != text.npos && text.rfind(" in ", at) != text.npos) {
    // Code of the compiler's own has a file and no line.
    const auto place = text.substr(at + 4);
    if (!read_source_place(place, frame) && place.find('<') == place.npos) {
      frame.source_file = std::string(place);
    }
    text = text.substr(0, at);
  }
  if (const auto in = text.rfind(" in "); in != text.npos) {
    frame.image_name = std::string(trim(text.substr(in + 4)));
    text = text.substr(0, in);
  }
  text = trim(text);
  take_code_offset(text, frame);
  if (!text.empty()) frame.symbol = std::string(text);
}

/// `[ra]`, `[inlined]`, `[system]`, … off the front. False where a bracket does not close.
bool take_marks(std::string_view& text, Frame& frame) {
  for (text = trim(text); text.starts_with('[');) {
    const auto close = text.find(']');
    if (close == text.npos) return false;
    if (text.substr(0, close) == "[inlined") frame.inlined = true;
    text = trim(text.substr(close + 1));
  }
  return true;
}

std::optional<Frame> swift_frame_of(std::string_view line, std::size_t expected) {
  auto rest = line;
  const auto index = take_decimal(rest);
  if (!index || *index != expected || !rest.starts_with(' ')) return std::nullopt;
  Frame frame;
  if (!take_marks(rest, frame)) return std::nullopt;
  if (const auto address = take_address(rest)) frame.address = *address;
  if (!take_marks(rest, frame) || (rest.empty() && !frame.address)) return std::nullopt;
  read_swift_place(rest, frame);
  return frame;
}

/// `x0 0x0000000000000001  1`: name, value, and the bytes that it points to.
std::optional<Register> swift_register_of(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == line.npos || blank > 6) return std::nullopt;
  auto rest = trim(line.substr(blank));
  const auto value = take_hex(rest);
  if (!value || (!rest.empty() && rest.front() != ' ')) return std::nullopt;
  Register out;
  out.name = std::string(line.substr(0, blank));
  out.value = *value;
  return out;
}

/// `0x0000000100c14000–0x0000000100c18000 dd73ed2e1d9b32fbb7e5a8b1f0d1ab1d crash /src/crash`
std::optional<Image> swift_image_of(std::string_view line) {
  constexpr std::string_view kDash = "\xe2\x80\x93";
  const auto dash = line.find(kDash);
  if (dash == line.npos) return std::nullopt;
  const auto hex_of = [](std::string_view text) {
    const std::string prefixed = text.starts_with("0x") ? std::string(text) : "0x" + std::string(text);
    std::string_view rest = prefixed;
    const auto value = take_hex(rest);
    return rest.empty() ? value : std::nullopt;
  };
  auto rest = line.substr(dash + kDash.size());
  const auto first = hex_of(line.substr(0, dash));
  const auto last = hex_of(rest.substr(0, rest.find(' ')));
  if (!first || !last || *last <= *first) return std::nullopt;
  Image image;
  image.base = RuntimeAddress{*first};
  image.size_bytes = *last - *first;
  const auto next_word = [&rest] {
    rest = rest.find(' ') == rest.npos ? std::string_view() : trim(rest.substr(rest.find(' ')));
    return rest.substr(0, rest.find(' '));
  };
  const auto id = next_word();
  if (const auto uuid = Uuid::parse(id)) {
    image.uuid = *uuid;
  } else if (id != "<no") {
    image.build_id = std::string(id);
  }
  if (id == "<no") static_cast<void>(next_word());  // `<no build ID>` stands for none.
  if (id == "<no") static_cast<void>(next_word());
  image.name = std::string(next_word());
  if (const auto path = next_word(); !path.empty()) image.path = std::string(rest);
  return image;
}

class SwiftBacktraceReader final : public PrintedReportReader {
 protected:
  bool read(std::string_view line) override {
    if (!report().exception) return read_words(line);
    if (is_swift_backtrace_head(line)) return false;
    if (line.starts_with("Platform: ")) {
      read_platform(line.substr(10));
    } else if (line.starts_with("Thread ") && read_thread(line)) {
      part_ = Part::stack;
    } else if (line == "Registers:") {
      part_ = Part::registers;
    } else if (line.starts_with("Images") && line.ends_with(':')) {
      part_ = Part::images;
    } else {
      read_part(line);
    }
    return true;
  }

  void finish() override {
    if (!report().exception || report().threads.empty()) return;
    link_frames();
    attach_registers();
    accept(ReportKind::crash, "printed by Swift's backtracer: no time, process number or incident");
  }

 private:
  enum class Part { none, stack, registers, images };

  bool read_words(std::string_view line) {
    if (const auto at = line.find(kSwiftCrashed); at != line.npos) {
      auto words = line.substr(at + kSwiftCrashed.size());
      if (words.ends_with(" ***")) words.remove_suffix(4);
      report().exception = swift_exception_of(words);
      add_words(words);
    } else if (line.find(kFatalSwift) != line.npos) {
      add_words(line);  // The program's own words come before the backtracer's.
    }
    return true;
  }

  void read_part(std::string_view line) {
    if (part_ == Part::stack) {
      auto frame = swift_frame_of(line, next_index_);
      if (!frame) return;
      add_frame(std::move(*frame));
      ++next_index_;
    } else if (part_ == Part::registers) {
      if (auto found = swift_register_of(line)) registers_.push_back(std::move(*found));
    } else if (part_ == Part::images) {
      if (auto image = swift_image_of(line)) report().images.push_back(std::move(*image));
    }
  }

  /// `arm64 macOS 13.5 (22G74)`
  void read_platform(std::string_view text) {
    const auto blank = text.find(' ');
    report().cpu_type = std::string(text.substr(0, blank));
    if (blank == text.npos) return;
    text = trim(text.substr(blank + 1));
    const auto open = text.rfind(" (");
    report().os.train = std::string(text.substr(0, open));
    if (open != text.npos && text.ends_with(')')) {
      report().os.build = std::string(text.substr(open + 2, text.size() - open - 3));
    }
  }

  /// `Thread 0 "main" crashed:`, `Thread 1:`
  bool read_thread(std::string_view line) {
    auto rest = line.substr(7);
    const auto number = take_decimal(rest);
    if (!number || !rest.ends_with(':')) return false;
    auto& thread = begin_thread(rest.find(" crashed") != rest.npos);
    if (*number + 1 != report().threads.size()) thread.number = static_cast<std::size_t>(*number);
    const auto open = rest.find('"');
    const auto close = rest.rfind('"');
    if (open != rest.npos && close > open + 1) {
      thread.name = std::string(rest.substr(open + 1, close - open - 1));
    }
    next_index_ = 0;
    return true;
  }

  /// Frames whose address lies in a listed image are of that image.
  void link_frames() {
    const auto& images = report().images;
    for (auto& thread : report().threads) {
      for (auto& frame : thread.frames) {
        if (!frame.address) continue;
        const auto address = frame.address->value;
        const auto image = std::find_if(images.begin(), images.end(), [&](const Image& one) {
          return address - one.base.value < one.size_bytes;
        });
        if (image == images.end()) continue;
        frame.image_index = static_cast<std::size_t>(image - images.begin());
        frame.image_offset = ImageOffset{address - image->base.value};
        frame.address.reset();
        frame.image_name.reset();
      }
    }
  }

  void attach_registers() {
    const auto crashed = report().crashed_thread_index();
    if (!crashed || registers_.empty()) return;
    auto& state = report().threads[*crashed].state.emplace();
    state.registers = std::move(registers_);
    state.flavor = state.find("rip") != nullptr ? "x86_THREAD_STATE" : "ARM_THREAD_STATE64";
  }

  Part part_ = Part::none;
  std::size_t next_index_ = 0;
  std::vector<Register> registers_;
};

}  // namespace

bool is_swift_backtrace_head(std::string_view line) { return line.find(kSwiftCrashed) != line.npos; }

bool is_swift_backtrace(std::string_view text) { return is_swift_backtrace_head(text); }

CrashReport parse_swift_backtrace(std::string_view text) { return SwiftBacktraceReader().run(text); }

}  // namespace faultline

#include "analyzer/parse/sanitizer/sanitizer_parser.h"

#include <optional>
#include <string>
#include <utility>

#include "analyzer/parse/text/printed_report.h"
#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kSanitizer = "Sanitizer: ";

std::optional<std::int64_t> sanitizer_pid_of(std::string_view head) {
  auto rest = head;
  if (const auto at = head.find("(pid="); at != head.npos) {
    rest.remove_prefix(at + 5);
  } else if (head.starts_with("==")) {
    rest.remove_prefix(2);
  } else {
    return std::nullopt;
  }
  const auto number = take_decimal(rest);
  return number ? std::optional(static_cast<std::int64_t>(*number)) : std::nullopt;
}

/// The line without the `==4711==` in front of it.
std::string_view without_process(std::string_view line) {
  if (!line.starts_with("==")) return line;
  auto rest = line.substr(2);
  if (!take_decimal(rest) || !rest.starts_with("==")) return line;
  return trim(rest.substr(2));
}

/// `(/usr/lib/libx.so+0x1f2)`, `(dyld:arm64e+0x5dc)` at the end of a frame; what follows it is a build id.
void take_module(std::string_view& text, Frame& frame) {
  const auto open = text.rfind(" (");
  if (open == text.npos) return;
  const auto close = text.find(')', open);
  const auto inside = text.substr(open + 2, close == text.npos ? close : close - open - 2);
  const auto plus = inside.rfind("+0x");
  if (close == text.npos || plus == inside.npos) return;
  auto offset = inside.substr(plus + 1);
  auto name = file_name(inside.substr(0, plus));
  if (const auto slice = name.rfind(':'); slice != name.npos) name = name.substr(0, slice);
  frame.image_name = std::string(name);
  frame.image_offset = ImageOffset{take_hex(offset).value_or(0)};
  text = trim(text.substr(0, open));
}

/// ` /src/a.cc:12:3` or ` a.cc:3` behind the function.
void take_source(std::string_view& text, Frame& frame) {
  const auto blank = text.rfind(' ');
  if (blank == text.npos || !read_source_place(text.substr(blank + 1), frame)) return;
  text = trim(text.substr(0, blank));
}

/// `#0 0x55d1 in f(int) /src/a.cc:12:3`, `#1 0x7f12 in g (/usr/lib/libx.so+0x1f2)`, `#0 f a.cc:3 (prog+0x1a)`
std::optional<Frame> sanitizer_frame_of(std::string_view line) {
  if (!line.starts_with('#')) return std::nullopt;
  auto rest = line.substr(1);
  if (!take_decimal(rest)) return std::nullopt;
  rest = trim(rest);
  Frame frame;
  if (const auto address = take_address(rest)) frame.address = *address;
  rest = trim(rest);
  if (rest.starts_with("in ")) rest = trim(rest.substr(3));
  if (const auto id = rest.rfind(" (BuildId: "); id != rest.npos) rest = trim(rest.substr(0, id));
  take_module(rest, frame);
  take_source(rest, frame);
  constexpr std::string_view kNoSource = "<null>";
  if (rest.ends_with(kNoSource)) rest = trim(rest.substr(0, rest.size() - kNoSource.size()));
  take_code_offset(rest, frame);
  if (!rest.empty()) frame.symbol = std::string(rest);
  return frame;
}

class SanitizerReader final : public PrintedReportReader {
 protected:
  bool read(std::string_view line) override {
    if (!found_) {
      if (is_sanitizer_head(line)) begin(line);
      return true;
    }
    if (line.starts_with("SUMMARY: ")) {
      add_words(line.substr(9));
      return false;
    }
    if (auto frame = sanitizer_frame_of(line)) {
      add(std::move(*frame), line);
      return true;
    }
    in_stack_ = false;
    line = without_process(line);
    constexpr std::string_view kHint = "Hint: ";
    if (!line.empty() && !line.starts_with(kHint)) above_ = line;
    return true;
  }

  void finish() override {
    if (!found_ || report().threads.empty()) return;
    accept(
        fatal_ ? ReportKind::crash : ReportKind::non_fatal,
        "printed by a sanitizer: no registers, list of images, system or time; its stacks are those of the "
        "access and of what was done to the memory before");
  }

 private:
  void begin(std::string_view line) {
    found_ = true;
    report().pid = sanitizer_pid_of(line);
    const auto at = line.rfind(' ', line.find(kSanitizer));
    const auto words = line.substr(at == line.npos ? 0 : at + 1);
    add_words(words);
    fatal_ = line.find("ERROR: ") != line.npos;
    if (fatal_) set_exception(words);
  }

  /// What the sanitizer itself found ends in its abort; what a signal told it is that signal.
  void set_exception(std::string_view words) {
    auto& exception = report().exception.emplace();
    exception.type = "EXC_CRASH";
    exception.signal = "SIGABRT";
    constexpr std::string_view kSegv = "Sanitizer: SEGV on unknown address ";
    const auto segv = words.find(kSegv);
    if (segv == words.npos) return;
    exception.type = "EXC_BAD_ACCESS";
    exception.signal = "SIGSEGV";
    auto rest = words.substr(segv + kSegv.size());
    if (const auto address = take_hex(rest)) exception.raw_codes = {1, *address};
  }

  void add(Frame frame, std::string_view line) {
    if (!in_stack_ || line.starts_with("#0 ")) {
      auto name = above_;
      if (name.ends_with(':')) name.remove_suffix(1);
      auto& thread = begin_thread(report().threads.empty());
      if (!name.empty()) thread.name = std::string(name);
      if (thread.triggered && !name.empty()) add_words(name);
    }
    in_stack_ = true;
    add_frame(std::move(frame));
  }

  std::string_view above_;
  bool found_ = false;
  bool fatal_ = false;
  bool in_stack_ = false;
};

}  // namespace

/// `==4711==ERROR: AddressSanitizer: heap-use-after-free on address …`,
/// `WARNING: ThreadSanitizer: data race (pid=4711)`
bool is_sanitizer_head(std::string_view line) {
  return line.find(kSanitizer) != line.npos &&
         (line.find("ERROR: ") != line.npos || line.find("WARNING: ") != line.npos);
}

bool is_sanitizer_text(std::string_view text) {
  if (text.find("Exception Type:") != text.npos) return false;
  for (auto at = text.find(kSanitizer); at != text.npos; at = text.find(kSanitizer, at + 1)) {
    const auto begin = text.rfind('\n', at) == text.npos ? 0 : text.rfind('\n', at) + 1;
    if (is_sanitizer_head(text.substr(begin, text.find('\n', at) - begin))) return true;
  }
  return false;
}

CrashReport parse_sanitizer_text(std::string_view text) { return SanitizerReader().run(text); }

}  // namespace faultline

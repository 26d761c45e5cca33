#include "analyzer/parse/sanitizer/sanitizer_parser.h"

#include <string>
#include <utility>

#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

constexpr std::string_view kSanitizer = "Sanitizer: ";

/// `==4711==ERROR: AddressSanitizer: heap-use-after-free on address …`,
/// `WARNING: ThreadSanitizer: data race (pid=4711)`
bool is_sanitizer_head(std::string_view line) {
  return line.find(kSanitizer) != line.npos &&
         (line.find("ERROR: ") != line.npos || line.find("WARNING: ") != line.npos);
}

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

/// `/src/a.cc:12:3`
bool take_sanitizer_source(std::string_view text, Frame& frame) {
  auto name = text;
  std::optional<std::uint64_t> line;
  for (int part = 0; part < 2; ++part) {  // Line and column, or the line alone.
    const auto colon = name.rfind(':');
    if (colon == name.npos) break;
    auto digits = name.substr(colon + 1);
    const auto number = take_decimal(digits);
    if (!number || !digits.empty()) break;
    line = number;
    name = name.substr(0, colon);
  }
  if (!line || name.empty()) return false;
  frame.source_file = std::string(name);
  frame.source_line = line;
  return true;
}

/// `(/usr/lib/libx.so+0x1f2)` at the end of a frame; what follows it is a build id.
void take_module(std::string_view& text, Frame& frame) {
  const auto open = text.rfind(" (/");
  const auto other = open == text.npos ? text.rfind(" (") : open;
  if (other == text.npos) return;
  const auto close = text.find(')', other);
  const auto inside = text.substr(other + 2, close == text.npos ? close : close - other - 2);
  const auto plus = inside.rfind("+0x");
  if (close == text.npos || plus == inside.npos) return;
  auto offset = inside.substr(plus + 1);
  const auto path = inside.substr(0, plus);
  frame.image_name = std::string(path.substr(path.rfind('/') + 1));
  frame.image_offset = ImageOffset{take_hex(offset).value_or(0)};
  text = trim(text.substr(0, other));
}

/// `#0 0x55d1 in f(int) /src/a.cc:12:3`, `#1 0x7f12 in g (/usr/lib/libx.so+0x1f2)`, `#0 f a.cc:3 (prog+0x1a)`
std::optional<Frame> sanitizer_frame_of(std::string_view line) {
  if (!line.starts_with('#')) return std::nullopt;
  auto rest = line.substr(1);
  if (!take_decimal(rest)) return std::nullopt;
  rest = trim(rest);
  Frame frame;
  if (const auto address = take_hex(rest)) frame.address = RuntimeAddress{*address};
  rest = trim(rest);
  if (rest.starts_with("in ")) rest = trim(rest.substr(3));
  if (const auto id = rest.rfind(" (BuildId: "); id != rest.npos) rest = trim(rest.substr(0, id));
  take_module(rest, frame);
  if (const auto blank = rest.rfind(' ');
      blank != rest.npos && take_sanitizer_source(rest.substr(blank + 1), frame)) {
    rest = trim(rest.substr(0, blank));
  }
  if (!rest.empty() && !rest.starts_with("<null>")) frame.symbol = std::string(rest);
  return frame;
}

class SanitizerReader {
 public:
  CrashReport run(std::string_view text) {
    report_.kind = ReportKind::unreadable;
    report_.from_text = true;
    while (!text.empty() && !done_) {
      const auto end = text.find('\n');
      read(trim(text.substr(0, end)));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    finish();
    return std::move(report_);
  }

 private:
  void read(std::string_view line) {
    if (!found_) {
      if (is_sanitizer_head(line)) begin(line);
      return;
    }
    if (line.starts_with("SUMMARY: ")) {
      report_.app_specific_info[0].lines.emplace_back(line.substr(9));
      done_ = true;
      return;
    }
    if (auto frame = sanitizer_frame_of(line)) return add(std::move(*frame), line);
    in_stack_ = false;
    if (!line.empty()) above_ = line;
  }

  void begin(std::string_view line) {
    found_ = true;
    report_.pid = sanitizer_pid_of(line);
    const auto at = line.rfind(' ', line.find(kSanitizer));
    const auto words = line.substr(at == line.npos ? 0 : at + 1);
    report_.app_specific_info.push_back({"", {std::string(words)}});
    fatal_ = line.find("ERROR: ") != line.npos;
    auto& exception = report_.exception.emplace();
    exception.type = "EXC_CRASH";
    exception.signal = "SIGABRT";
  }

  void add(Frame frame, std::string_view line) {
    if (!in_stack_ || line.starts_with("#0 ")) {
      auto& thread = report_.threads.emplace_back();
      thread.triggered = report_.threads.size() == 1;
      auto name = above_;
      if (name.ends_with(':')) name.remove_suffix(1);
      if (!name.empty()) thread.name = std::string(name);
      if (thread.triggered && !name.empty()) report_.app_specific_info[0].lines.emplace_back(name);
    }
    in_stack_ = true;
    report_.threads.back().frames.push_back(std::move(frame));
  }

  void finish() {
    if (!found_ || report_.threads.empty()) return;
    report_.kind = fatal_ ? ReportKind::crash : ReportKind::non_fatal;
    report_.issues.push_back({"",
                              "printed by a sanitizer: no registers, list of images, system or time; its "
                              "stacks are those of the access and of what was done to the memory before"});
  }

  CrashReport report_;
  std::string_view above_;
  bool found_ = false;
  bool fatal_ = false;
  bool in_stack_ = false;
  bool done_ = false;
};

}  // namespace

bool is_sanitizer_text(std::string_view text) {
  const auto at = text.find(kSanitizer);
  if (at == text.npos || text.find("Exception Type:") != text.npos) return false;
  const auto begin = text.rfind('\n', at) == text.npos ? 0 : text.rfind('\n', at) + 1;
  return is_sanitizer_head(text.substr(begin, text.find('\n', at) - begin));
}

CrashReport parse_sanitizer_text(std::string_view text) { return SanitizerReader().run(text); }

}  // namespace faultline

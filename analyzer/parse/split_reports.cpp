#include "analyzer/parse/split_reports.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>

#include "analyzer/parse/faulthandler/faulthandler_parser.h"
#include "analyzer/parse/metrickit/metrickit_parser.h"
#include "analyzer/parse/sanitizer/sanitizer_parser.h"
#include "analyzer/parse/swift_backtrace/swift_backtrace_parser.h"
#include "analyzer/parse/text/text_lines.h"
#include "core/ips/ips_document.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

/// A line without quotation marks of mails, backticks and emphasis around it.
std::string_view content_of(std::string_view line) {
  constexpr std::string_view kMarks = " \t\r>`*\"";
  const auto first = line.find_first_not_of(kMarks);
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

bool starts_with_any(std::string_view line, std::initializer_list<std::string_view> heads) {
  return std::any_of(heads.begin(), heads.end(), [line](auto head) { return line.starts_with(head); });
}

/// Lines that may stand between two reports and belong to the second.
bool leads_in(std::string_view line) {
  const auto content = content_of(line);
  return content.empty() || content.find("Fatal error: ") != content.npos ||
         starts_with_any(content,
                         {"----", "====", "Translated Report", "Incident Identifier:", "CrashReporter Key:",
                          "Crash Reporter Key:", "Hardware Model:", "Device Model:", "#"});
}

enum class Form { json, crash_text, panic, sample, printed };

/// What a runtime prints of a crash: the line with which it begins, and one that only such a report has.
struct PrintedForm {
  std::string_view name;
  bool (*is_head)(std::string_view line);
  std::string_view proof;
};
constexpr std::array<PrintedForm, 3> kPrintedForms{
    {{"sanitizer", is_sanitizer_head, "#0 "},
     {"faulthandler", is_faulthandler_head, "(most recent call first)"},
     {"swift-backtrace", is_swift_backtrace_head, "Thread "}}};

/// Several MetricKit documents one after the other.
std::vector<std::string_view> split_metrickit(std::string_view bytes) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  for (auto at = skip_json_whitespace(bytes, 0);
       at < bytes.size() && (bytes[at] == '{' || bytes[at] == '[');) {
    const auto end = skip_json_value(bytes, at);
    if (!end) break;
    at = skip_json_whitespace(bytes, *end);
    const bool is_last = at >= bytes.size();
    out.push_back(bytes.substr(from, is_last ? bytes.npos : at - from));
    from = at;
  }
  if (from < bytes.size()) out.push_back(bytes.substr(from));
  return out;
}

struct Start {
  std::size_t at = 0;
  Form form = Form::crash_text;
  std::string_view who;  ///< `Name [12]`, of a text; which one, of a printed report.
  bool proven = false;   ///< A text's first lines alone may be those of a process list.
};

class Splitter {
 public:
  explicit Splitter(std::string_view bytes) : bytes_(bytes) {}

  std::vector<std::string_view> run() {
    for (std::size_t at = 0; at < bytes_.size();) {
      const auto end = std::min(bytes_.find('\n', at), bytes_.size());
      const auto next = read_line(at, bytes_.substr(at, end - at));
      lead_ = leads_in(bytes_.substr(at, end - at)) ? lead_.value_or(at) : std::optional<std::size_t>();
      at = std::max(next.value_or(0), end + 1);
    }
    return pieces();
  }

 private:
  /// Where to go on, if that is further than the next line.
  std::optional<std::size_t> read_line(std::size_t at, std::string_view line) {
    if (line.starts_with('{') && is_ips_header(line)) return read_json(at, at + line.size());
    const auto content = content_of(line);
    if (content.starts_with("panic(cpu ")) {
      starts_.push_back({at, Form::panic, {}, false});
    } else if (content.starts_with("Analysis of sampling ")) {
      starts_.push_back({at, Form::sample, {}, true});
    } else if (content.starts_with("Process:") && content.find('[') != content.npos) {
      note_process(at, trim(content.substr(8)));
    } else if (content.starts_with("Full Report")) {
      full_report_ = true;
    } else if (const auto* printed = printed_head(content, line)) {
      starts_.push_back({lead_.value_or(at), Form::printed, printed->name, false});
    } else if (!starts_.empty() && is_proof(starts_.back(), content)) {
      starts_.back().proven = true;
    }
    return std::nullopt;
  }

  /// Only where no other report has begun: those quote in their own words what was printed of the crash.
  [[nodiscard]] const PrintedForm* printed_head(std::string_view content, std::string_view line) const {
    if (!starts_.empty() && starts_.back().form != Form::printed) return nullptr;
    for (const auto& form : kPrintedForms) {
      if (!form.is_head(content) && !form.is_head(line)) continue;
      return starts_.empty() || starts_.back().who == form.name ? &form : nullptr;
    }
    return nullptr;
  }

  static bool is_proof(const Start& start, std::string_view content) {
    const Form form = start.form;
    if (form == Form::printed) {
      const auto* printed = std::find_if(kPrintedForms.begin(), kPrintedForms.end(),
                                         [&](const PrintedForm& one) { return one.name == start.who; });
      return content.find(printed->proof) != content.npos;
    }
    if (form == Form::panic) {
      return starts_with_any(content,
                             {"OS version:", "Mac OS version:", "Kernel version:", "BSD process name"});
    }
    return form == Form::crash_text &&
           starts_with_any(content, {"Exception Type:", "Crashed Thread:", "Triggered by Thread:"});
  }

  std::size_t read_json(std::size_t at, std::size_t line_end) {
    // The text in front is of the same report: Console shows both.
    if (!full_report_ || starts_.empty()) starts_.push_back({at, Form::json, {}, true});
    full_report_ = false;
    const auto body = skip_json_whitespace(bytes_, line_end);
    if (body >= bytes_.size() || bytes_[body] != '{') return line_end;
    return skip_json_value(bytes_, body).value_or(line_end);
  }

  /// A new report, unless it is the one that goes on: a text under its JSON header, a sample's own header, a
  /// process list, or the same report shown twice.
  void note_process(std::size_t at, std::string_view who) {
    if (!starts_.empty()) {
      Start& last = starts_.back();
      const bool goes_on = last.form == Form::sample || (last.form == Form::json && last.who.empty());
      if (goes_on || last.who == who) {
        if (last.who.empty()) last.who = who;
        return;
      }
      if (!last.proven && last.form == Form::crash_text) {
        last = {last.at, Form::crash_text, who, false};
        return;
      }
    }
    starts_.push_back({lead_.value_or(at), Form::crash_text, who, false});
  }

  std::vector<std::string_view> pieces() {
    std::erase_if(starts_, [](const Start& start) { return !start.proven; });
    // The system's own report of the same crash says more.
    if (!starts_.empty() && starts_.back().form != Form::printed) {
      std::erase_if(starts_, [](const Start& start) { return start.form == Form::printed; });
    }
    std::vector<std::string_view> out;
    std::size_t from = 0;
    for (std::size_t i = 1; i < starts_.size(); ++i) {
      out.push_back(bytes_.substr(from, starts_[i].at - from));
      from = starts_[i].at;
    }
    out.push_back(bytes_.substr(from));
    return out;
  }

  std::string_view bytes_;
  std::vector<Start> starts_;
  std::optional<std::size_t> lead_;  ///< Where the run of lines that lead in began.
  bool full_report_ = false;
};

}  // namespace

std::vector<std::string_view> split_reports(std::string_view bytes) {
  const bool is_ips = is_ips_header(bytes.substr(0, bytes.find('\n')));
  return !is_ips && is_metrickit(bytes) ? split_metrickit(bytes) : Splitter(bytes).run();
}

}  // namespace faultline

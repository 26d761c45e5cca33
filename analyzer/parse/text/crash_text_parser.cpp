#include "analyzer/parse/text/crash_text_parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/parse/text/call_tree.h"
#include "analyzer/parse/text/debugger_stop.h"
#include "analyzer/parse/text/managed_exception.h"
#include "analyzer/parse/text/pasted_text.h"
#include "analyzer/parse/text/text_gaps.h"
#include "analyzer/parse/text/text_header.h"
#include "analyzer/parse/text/text_kind.h"
#include "analyzer/parse/text/text_lines.h"
#include "analyzer/parse/text/text_stacks.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

enum class Section {
  header,
  termination,
  information,
  signatures,
  backtrace,
  last_exception,
  triage,
  regions,
  notes,
  thread,
  table,
  registers,
  instructions,
  images,
  modifications,
  summary,
  done,
};

struct SectionStart {
  std::string_view label;
  Section section;
};

// A line that begins like this begins the section, wherever it stands.
constexpr std::array kSectionStarts = std::to_array<SectionStart>({
    {"Application Specific Information:", Section::information},
    {"Application Specific Signatures:", Section::signatures},
    {"Application Specific Backtrace", Section::backtrace},
    {"Last Exception Backtrace:", Section::last_exception},
    {"Kernel Triage:", Section::triage},
    {"VM Region Info:", Section::regions},
    {"VM Regions Near", Section::regions},
    {"Notes:", Section::notes},
    {"Error Formulating Crash Report:", Section::notes},
    {"Binary Images", Section::images},
    {"External Modification Summary:", Section::modifications},
    {"VM Region Summary:", Section::summary},
    {"Full Report", Section::done},
});

class TextReader {
 public:
  explicit TextReader(CrashReport& report) : report_(report) {}

  void read(std::string_view text) {
    const auto plain = with_plain_spaces(text);
    if (plain) text = *plain;
    while (!text.empty() && section_ != Section::done) {
      const auto end = text.find('\n');
      auto line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      read_joined(line);
    }
    finish();
  }

 private:
  /// Some paste with the line breaks turned into a screen's width of spaces.
  void read_joined(std::string_view line) {
    constexpr std::string_view kGap = "                                        ";
    for (auto gap = line.find(kGap); gap != std::string_view::npos; gap = line.find(kGap)) {
      const auto next = line.find_first_not_of(' ', gap);
      if (next == std::string_view::npos || is_column(line.substr(next))) break;
      if (gap > 0) read_line(line.substr(0, gap));
      line.remove_prefix(next);
    }
    read_line(line);
  }

  /// An address column, whose tab became blanks; a list of images has such lines of its own.
  static bool is_column(std::string_view rest) {
    return (rest.starts_with("0x") || rest.starts_with("000000")) && !parse_image_line(rest);
  }

  void read_line(std::string_view line) {
    const auto content = trim(line);
    if (marks_.sampled && read_sampled(line, content)) return;
    if (start_section(line, content)) return;
    switch (section_) {
      case Section::header:
        return header(content);
      case Section::termination:
        return termination(content);
      case Section::information:
        return information(content);
      case Section::signatures:
        return append_line(report_.app_specific_signatures, content);
      case Section::backtrace:
        return block_line(report_.app_specific_backtraces.back(), line);
      case Section::last_exception:
        return stay(stacks_.read_last_exception(content));
      case Section::triage:
        return triage(line, content);
      case Section::regions:
        return regions(line, content);
      case Section::notes:
        return notes(content);
      case Section::thread:
        if (!stacks_.read_frame(line)) leave_stack(content);
        return;
      case Section::table:
        return stay(stacks_.read_table_row(line));
      case Section::registers:
        return stay(stacks_.read_registers(line));
      case Section::instructions:
        return stay(stacks_.read_instructions(line));
      case Section::images:
        return images(content);
      case Section::modifications:
        return modifications(content);
      case Section::summary:
        return summary(line, content);
      case Section::done:
        return;
    }
  }

  /// Lines of a call tree; in a spindump, of the process that it is about.
  bool read_sampled(std::string_view line, std::string_view content) {
    if (content.starts_with("Process:")) in_target_ = is_target(content);
    return tree_.read(line, in_target_);
  }
  [[nodiscard]] bool is_target(std::string_view content) const {
    if (!report_.pid) return true;
    return content.ends_with("[" + std::to_string(*report_.pid) + "]");
  }

  /// Section heads, thread heads, and stack lines that stand without one.
  bool start_section(std::string_view line, std::string_view content) {
    if (content.empty()) return false;
    const auto bare = without_markup(content);
    if (bare.starts_with("Thread ") && enter_thread(stacks_.read_head(bare))) return true;
    for (const auto& [label, section] : kSectionStarts) {
      if (content.starts_with(label)) return enter(section, content.substr(label.size()));
    }
    if (section_ == Section::summary && (content.starts_with("Model: ") || content == "EOF")) {
      section_ = Section::header;
      return false;
    }
    if (content.starts_with("Frame ") && content.find("Symbol") != content.npos)
      return enter(Section::table, {});
    // A heading of a person; a rule without words is a table's.
    if (content.starts_with("===") && content.find_first_not_of("= \t") != content.npos) {
      heading_names_crash_ = content.find("Crashed Thread") != content.npos;
      section_ = Section::header;
      return true;
    }
    const bool free = !marks_.sampled && (section_ == Section::header || section_ == Section::termination);
    if (free &&
        (content.starts_with("frame #") || content.starts_with("* frame #") || is_digit(content.front())) &&
        (parse_frame_line(line) || is_typed_top(content))) {
      section_ = Section::thread;
      stacks_.begin_thread(std::exchange(heading_names_crash_, false));
      recognised_ = true;
      return false;
    }
    if (free && read_debugger_stop(content, report_)) {
      debugger_ = true;
      recognised_ = true;
    }
    return false;
  }
  /// `**Thread 0 Crashed:**`, "`Thread 0 Crashed:`"
  static std::string_view without_markup(std::string_view content) {
    constexpr std::string_view kMarks = "*`\"'>#- ";
    const auto first = content.find_first_not_of(kMarks);
    if (first == std::string_view::npos) return {};
    return content.substr(first, content.find_last_not_of("*`\"' ") - first + 1);
  }
  /// The first row of a stack of which somebody typed the names only.
  static bool is_typed_top(std::string_view content) {
    const auto row = content.starts_with("0  ") ? parse_bare_row(content, {}) : std::nullopt;
    return row && content.find(row->image + "  ") != content.npos;
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  /// False where the line was no head.
  bool enter_thread(ThreadHead head) {
    switch (head) {
      case ThreadHead::none:
        return false;
      case ThreadHead::name:
        return true;
      case ThreadHead::stack:
        section_ = Section::thread;
        recognised_ = true;
        return true;
      case ThreadHead::registers:
        section_ = Section::registers;
        recognised_ = true;
        return true;
      case ThreadHead::instructions:
        section_ = Section::instructions;
        return true;
    }
    return false;
  }

  /// Where somebody pasted the stack first, the header follows it.
  void leave_stack(std::string_view content) {
    if (content.empty()) return;
    const auto kind = read_header_line(content, report_);
    if (kind == HeaderLine::unknown) return;
    ++header_lines_;
    section_ = kind == HeaderLine::termination ? Section::termination : Section::header;
  }

  void stay(bool still_in_it) {
    if (!still_in_it) section_ = Section::header;
  }

  bool enter(Section section, std::string_view rest) {
    section_ = section;
    rest = trim(rest);
    if (section == Section::backtrace) report_.app_specific_backtraces.emplace_back();
    if (section == Section::regions) {
      if (rest.starts_with("0x") && rest.ends_with(':')) rest.remove_suffix(1);
      if (!report_.vm_region_info) report_.vm_region_info = std::string(rest);
    }
    if (section == Section::notes && !rest.empty()) report_.report_notes.emplace_back(rest);
    if (section == Section::modifications) {
      if (!report_.external_modifications) report_.external_modifications.emplace();
    }
    recognised_ = recognised_ || section != Section::done;
    return true;
  }

  void header(std::string_view content) {
    if (managed_.read(content, report_)) return;
    const auto kind = read_header_line(content, report_);
    if (kind != HeaderLine::unknown) ++header_lines_;
    if (kind == HeaderLine::termination) section_ = Section::termination;
    if (content.starts_with("Analysis Tool:") || content.starts_with("Call graph:")) {
      marks_.sampled = true;
      marks_.by_sample = true;
    }
    if (content.starts_with("Data Source:")) marks_.sampled = true;
    if (content.starts_with("leaks Report Version")) marks_.leaks = true;
    if (content.starts_with("Event:")) marks_.event = trim(content.substr(6));
  }

  /// Reasons stand between `Termination Reason:` and the next known line; details in parentheses.
  void termination(std::string_view content) {
    if (content.empty()) {
      section_ = Section::header;
      return;
    }
    if (read_header_line(content, report_) != HeaderLine::unknown) {
      section_ = Section::header;
      return;
    }
    auto& end = *report_.termination;
    (content.starts_with('(') ? end.details : end.reasons).emplace_back(content);
  }

  void information(std::string_view content) {
    if (content.empty()) return;
    if (report_.app_specific_info.empty()) report_.app_specific_info.emplace_back();
    report_.app_specific_info.back().lines.emplace_back(content);
  }

  static void append_line(std::vector<std::string>& lines, std::string_view content) {
    if (!content.empty()) lines.emplace_back(content);
  }
  void block_line(std::string& block, std::string_view line) {
    if (trim(line).empty()) {
      section_ = Section::header;
      return;
    }
    block += std::string(line) + "\n";
  }

  void triage(std::string_view line, std::string_view content) {
    if (content.empty()) {
      section_ = Section::header;
      return;
    }
    if (!report_.kernel_triage) report_.kernel_triage.emplace();
    *report_.kernel_triage += std::string(line) + "\n";
  }

  void regions(std::string_view line, std::string_view content) {
    if (content.empty()) {
      section_ = Section::header;
      return;
    }
    if (read_header_line(content, report_) != HeaderLine::unknown) {
      section_ = Section::header;
      return;
    }
    *report_.vm_region_info += "\n" + std::string(line);
  }

  void notes(std::string_view content) {
    if (content.empty()) {
      section_ = Section::header;
      return;
    }
    // The text repeats its notes before the threads.
    auto& lines = report_.report_notes;
    if (std::find(lines.begin(), lines.end(), content) == lines.end()) lines.emplace_back(content);
  }

  void images(std::string_view content) {
    if (content.empty()) {
      if (!report_.images.empty()) section_ = Section::header;
      return;
    }
    if (auto image = parse_image_line(content)) report_.images.push_back(std::move(*image));
  }

  void modifications(std::string_view content) {
    auto& all = *report_.external_modifications;
    if (content.empty()) {
      section_ = Section::header;
      return;
    }
    if (content.find("targeting this process") != content.npos) {
      counts_ = &all.targeted;
    } else if (content.find("made by this process") != content.npos) {
      counts_ = &all.caller;
    } else if (content.find("on this machine") != content.npos) {
      counts_ = &all.system;
    } else if (const auto colon = content.find(": "); colon != content.npos && counts_ != nullptr) {
      auto value = content.substr(colon + 2);
      const auto number = take_decimal(value).value_or(0);
      if (content.starts_with("task_for_pid")) counts_->task_for_pid = number;
      if (content.starts_with("thread_create")) counts_->thread_create = number;
      if (content.starts_with("thread_set_state")) counts_->thread_set_state = number;
    }
  }

  void summary(std::string_view line, std::string_view content) {
    if (content.find_first_not_of('-') == content.npos && !content.empty()) return;  // A banner.
    if (!report_.vm_summary) report_.vm_summary.emplace();
    if (!content.empty() || !report_.vm_summary->empty()) *report_.vm_summary += std::string(line) + "\n";
  }

  // --- When all lines were read.

  void finish() {
    if (debugger_ && !report_.threads.empty()) report_.threads[0].triggered = true;
    for (auto& [id, name, queue, frames] : tree_.take()) {
      Thread thread;
      thread.id = id;
      thread.name = std::move(name);
      thread.queue = std::move(queue);
      stacks_.add_stack(std::move(thread), std::move(frames));
    }
    managed_.finish(report_);
    stacks_.finish();
    if (report_.vm_summary) {
      while (report_.vm_summary->ends_with("\n\n")) report_.vm_summary->pop_back();
    }
    if (report_.threads.empty() && header_lines_ < 2 && !recognised_ && !marks_.sampled) return;
    report_.kind = kind_of_text(report_, marks_);
  }

  CrashReport& report_;
  Section section_ = Section::header;
  std::size_t header_lines_ = 0;
  bool recognised_ = false;
  bool in_target_ = true;
  CallTreeReader tree_;
  ManagedExceptionReader managed_;
  bool heading_names_crash_ = false;
  bool debugger_ = false;
  TextMarks marks_;
  TextStacks stacks_{report_};
  ExternalModificationCounts* counts_ = nullptr;
};

}  // namespace

void parse_crash_text_into(std::string_view text, CrashReport& report) {
  const auto kind = report.kind;
  TextReader(report).read(text);
  report.from_text = true;
  report.kind = report.is_simulated || report.is_non_fatal ? ReportKind::non_fatal : kind;
  note_gaps(text, report);
}

CrashReport parse_crash_text(std::string_view text) {
  CrashReport report;
  report.kind = ReportKind::unreadable;
  report.from_text = true;
  TextReader(report).read(text);
  if (is_reconstruction(text, report)) report.origin = ReportOrigin::reconstructed;
  note_gaps(text, report);
  return report;
}

}  // namespace faultline

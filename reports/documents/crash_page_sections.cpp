#include "reports/documents/crash_page_sections.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/model/report_kind.h"
#include "core/text/shell_quote.h"
#include "reports/documents/frame_text.h"

namespace faultline {
namespace {

constexpr std::size_t kWidestImageName = 40;

using Rows = std::vector<std::pair<std::string, std::string>>;

void add_row(Rows& rows, const std::string& name, const std::optional<std::string>& value) {
  if (value && !value->empty()) rows.emplace_back(name, *value);
}

bool is_driver(const std::string& image) { return image.starts_with("AGXMetal"); }

std::string frame_line(const CrashReport& report, const Frame& frame, std::size_t index, std::size_t width) {
  const auto address = report.address_of(frame);
  std::string line = fmt::format("{:<3} {:<{}} {:>18}  ", index, frame_image_text(report, frame), width,
                                 address ? hex(address->value) : std::string("?"));
  line += frame_symbol_text(frame, "? + " + hex(frame.image_offset.value));
  const bool own_name = frame.symbol && frame.symbol_source != SymbolOrigin::report;
  if (own_name) line += fmt::format(" [{}]", symbol_origin_text(frame.symbol_source));
  return line;
}

std::string stack_text(const CrashReport& report, const std::vector<Frame>& frames) {
  std::size_t width = 0;
  for (const Frame& frame : frames) width = std::max(width, frame_image_text(report, frame).size());
  width = std::min(width, kWidestImageName);
  std::string text;
  for (std::size_t i = 0; i < frames.size(); ++i) text += frame_line(report, frames[i], i, width) + "\n";
  return text;
}

std::string seconds_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.3f} s", seconds);
  if (seconds < 3600) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

/// `145 (disk writes above limit)`
std::optional<std::string> bug_type_words(const CrashReport& report) {
  if (!report.header.bug_type) return std::nullopt;
  const auto name = bug_type_name(*report.header.bug_type);
  return name.empty() ? *report.header.bug_type : fmt::format("{} ({})", *report.header.bug_type, name);
}

std::string sentence_case(std::string text) {
  // Register names stay as they are: `x9 is NULL`.
  const bool is_register =
      text.size() > 1 && (text[0] == 'x' || text[0] == 'r') && (text[1] >= '0' && text[1] <= '9');
  if (!text.empty() && !is_register && text[0] >= 'a' && text[0] <= 'z' &&
      text.substr(0, 4).find('x') == std::string::npos) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

std::string agreement_words(const FaultExplanation& fault) {
  if (!fault.agrees) return "nothing in the report can be compared with anything else";
  return *fault.agrees ? "all evidence is consistent" : "not all evidence is consistent: see below";
}

}  // namespace

std::optional<std::string> process_uptime_text(const CrashReport& report) {
  // From the clock strings, which every report has; ticks stop in sleep and have two units.
  if (!report.launch_time || !report.capture_time) return std::nullopt;
  const auto begin = parse_report_time(*report.launch_time);
  const auto end = parse_report_time(*report.capture_time);
  if (!begin || !end || *end < *begin) return std::nullopt;
  return seconds_text(std::chrono::duration<double>(*end - *begin).count());
}

std::string fault_sentence_text(const FaultExplanation& fault) { return sentence_case(fault.sentence); }

DocumentSection fault_section(const Analysis& analysis) {
  const FaultExplanation& fault = analysis.fault;
  DocumentSection section{"What happened", {}};
  section.blocks.push_back(Block::paragraph(sentence_case(fault.sentence)));
  Rows rows;
  rows.emplace_back("kind", fault_kind_text(fault.kind));
  add_row(rows, "instruction", fault.instruction);
  if (fault.address) rows.emplace_back("address", hex(*fault.address));
  add_row(rows, "GPU error", fault.gpu_error);
  if (!fault.base_register.empty()) {
    rows.emplace_back(
        "base register",
        fault.base_register + (fault.base_value ? " = " + hex(*fault.base_value) : std::string()));
  }
  if (fault.fault_offset) rows.emplace_back("fault offset", hex(*fault.fault_offset));
  if (analysis.report.kind == ReportKind::crash) rows.emplace_back("consistency", agreement_words(fault));
  rows.emplace_back("rule", fault.rule);
  section.blocks.push_back(Block::facts(std::move(rows)));
  if (!fault.evidence.empty()) section.blocks.push_back(Block::list(fault.evidence));
  return section;
}

DocumentSection site_section(const Analysis& analysis, const CrashPageContext& context) {
  const CrashSite& site = analysis.site;
  DocumentSection section{"Crash site", {}};
  Rows rows{
      {"site", site.text}, {"key", site.key}, {"family", site.family_text}, {"family key", site.family}};
  std::vector<std::string> labels = context.labels;
  for (const std::string& label : analysis.labels) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  if (!labels.empty()) rows.emplace_back("labels", fmt::format("{}", fmt::join(labels, ", ")));
  rows.emplace_back("rule", fmt::format("{} (rules version {})", site.rule, analysis.rules_version));
  if (context.site_crashes > 0)
    rows.emplace_back("crashes of this site", std::to_string(context.site_crashes));
  section.blocks.push_back(Block::facts(std::move(rows)));
  std::vector<std::string> lines = site.notes;
  if (is_driver(site.image)) {
    lines.push_back(
        fmt::format("the {} is in the driver ({}); that says where it crashed, not whose fault it is",
                    site.frame_index == std::size_t{0} ? "top frame" : "frame of the site", site.image));
  }
  if (!lines.empty()) section.blocks.push_back(Block::list(std::move(lines)));
  if (context.differences.empty() && context.site_crashes >= 3) {
    section.blocks.push_back(Block::paragraph("Typical of this site in all that was compared."));
  }
  if (context.differences.empty()) return section;
  std::vector<std::string> differences;
  for (const Difference& difference : context.differences) {
    differences.push_back(fmt::format("{}: {} here, usually {} ({} of {})", difference.fact, difference.here,
                                      difference.usual, difference.with_usual, difference.compared));
  }
  section.blocks.push_back(Block::paragraph("Unlike the usual crash of this site:"));
  section.blocks.push_back(Block::list(std::move(differences)));
  return section;
}

DocumentSection system_section(const Analysis& analysis, const CrashPageContext& context) {
  const CrashReport& report = analysis.report;
  DocumentSection section{"System and process", {}};
  Rows rows;
  add_row(rows, "incident", report.incident);
  rows.emplace_back("origin", report_origin_text(report.origin));
  if (report.kind != ReportKind::crash) add_row(rows, "bug type", bug_type_words(report));
  add_row(rows, "process", report.process_path ? report.process_path : report.process_name);
  add_row(rows, "parent", report.parent_name);
  const std::string build = report.os.build.value_or("");
  add_row(rows, "OS",
          !report.os.train ? build : *report.os.train + (build.empty() ? "" : " (" + build + ")"));
  add_row(rows, "model", report.model);
  if (report.cpu_type) {
    rows.emplace_back(
        "CPU", *report.cpu_type + (report.translated.value_or(false) ? ", translated by Rosetta" : ""));
  }
  add_row(rows, "launched", report.launch_time);
  const bool crashed = report.kind == ReportKind::crash;
  add_row(rows, crashed ? "crashed" : "time", report.capture_time);
  if (!report.capture_time) add_row(rows, "reported", report.header.timestamp);
  add_row(rows, "uptime", process_uptime_text(report));
  if (!context.workload_phase.empty()) {
    rows.emplace_back("phase at crash", context.workload_phase + " (printed by the workload)");
  } else if (!analysis.portrait.phase.empty()) {
    rows.emplace_back("phase at crash",
                      analysis.portrait.phase + " (" + analysis.portrait.phase_reason + ")");
  }
  if (report.uptime_seconds)
    rows.emplace_back("machine up for", seconds_text(static_cast<double>(*report.uptime_seconds)));
  add_row(rows, "System Integrity Protection", report.sip);
  if (report.external_modifications) {
    const auto& counts = report.external_modifications->targeted;
    const auto total = counts.task_for_pid + counts.thread_create + counts.thread_set_state;
    if (total > 0) {
      rows.emplace_back("touched by others",
                        fmt::format("{} times: a debugger or an injected library", total));
    }
  }
  rows.insert(rows.end(), context.trial.begin(), context.trial.end());
  if (!context.command.empty()) rows.emplace_back("command", shell_command(context.command));
  section.blocks.push_back(Block::facts(std::move(rows)));
  return section;
}

DocumentSection event_section(const Analysis& analysis) {
  DocumentSection section{"System event", {}};
  if (!analysis.report.system_event) return section;
  const SystemEvent& event = *analysis.report.system_event;
  Rows rows;
  if (event.panicked_task) {
    rows.emplace_back(
        "panicked task",
        *event.panicked_task + (event.panicked_pid ? fmt::format(" [{}]", *event.panicked_pid) : ""));
  }
  add_row(rows, "process", event.process);
  constexpr std::int64_t kYear2200 = 7258118400;
  if (event.time_seconds && *event.time_seconds > 0 && *event.time_seconds < kYear2200) {
    rows.emplace_back("time", format_utc(WallTime(std::chrono::seconds(*event.time_seconds))));
  }
  add_row(rows, "restart reason", event.restart_reason);
  if (event.panicked_cpu) rows.emplace_back("CPU", std::to_string(*event.panicked_cpu));
  add_row(rows, "event", event.event);
  add_row(rows, "reason", event.reason);
  add_row(rows, "duration", event.duration);
  add_row(rows, "amount", event.amount);
  add_row(rows, "limit", event.limit);
  add_row(rows, "action taken", event.action);
  if (!rows.empty()) section.blocks.push_back(Block::facts(std::move(rows)));
  if (event.panic_string) section.blocks.push_back(Block::code(*event.panic_string));
  std::vector<std::string> kexts;
  for (const auto& [name, version] : event.kexts)
    kexts.push_back(version.empty() ? name : name + " " + version);
  if (!kexts.empty()) {
    section.blocks.push_back(Block::paragraph("Extensions in the backtrace:"));
    section.blocks.push_back(Block::list(std::move(kexts)));
  }
  return section;
}

DocumentSection exception_section(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  DocumentSection section{"Exception", {}};
  Rows rows;
  if (report.exception) {
    const ExceptionInfo& exception = *report.exception;
    add_row(rows, "type", exception.type + (exception.signal ? " (" + *exception.signal + ")" : ""));
    add_row(rows, "subtype", exception.subtype);
    add_row(rows, "codes", exception.codes);
    add_row(rows, "message", exception.message);
  }
  if (report.termination) {
    const Termination& end = *report.termination;
    std::string text = end.name_space.value_or("");
    if (end.code) text += fmt::format(" {}", *end.code);
    if (end.indicator) text += ", " + *end.indicator;
    add_row(rows, "termination", text);
    if (end.by_process) {
      rows.emplace_back("ended by", *end.by_process + (end.by_pid ? fmt::format(" [{}]", *end.by_pid) : ""));
    }
  }
  if (!rows.empty()) section.blocks.push_back(Block::facts(std::move(rows)));
  std::string words;
  for (const AppSpecificInfo& info : report.app_specific_info) {
    for (const auto& line : info.lines) words += info.image + ": " + line + "\n";
  }
  if (!words.empty()) section.blocks.push_back(Block::code(words));
  if (report.kernel_triage) section.blocks.push_back(Block::code(*report.kernel_triage));
  return section;
}

DocumentSection stack_section(const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  DocumentSection section{"Crashed thread", {}};
  if (!report.last_exception_backtrace.empty()) {
    section.blocks.push_back(Block::paragraph("Where the exception was thrown:"));
    section.blocks.push_back(Block::code(stack_text(report, report.last_exception_backtrace)));
  }
  const auto index = report.crashed_thread_index();
  if (!index) return section;
  const Thread& thread = report.threads[*index];
  std::string head = fmt::format("Thread {}", report.crashed_thread_number().value_or(*index));
  if (thread.name) head += fmt::format(", name {}", *thread.name);
  if (thread.queue) head += fmt::format(", queue {}", *thread.queue);
  if (thread.original_length)
    head += fmt::format(", {} frames, of which the report keeps some", *thread.original_length);
  section.blocks.push_back(Block::paragraph(head));
  section.blocks.push_back(Block::code(stack_text(report, thread.frames)));
  return section;
}

}  // namespace faultline

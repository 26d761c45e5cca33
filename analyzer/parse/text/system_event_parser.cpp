#include "analyzer/parse/text/system_event_parser.h"

#include <algorithm>
#include <string>
#include <utility>

#include "analyzer/parse/text/text_header.h"
#include "analyzer/parse/text/text_lines.h"

namespace faultline {
namespace {

/// Without blanks, and without the marks that surround a pasted text: backticks, quotes of a mail.
std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  auto line = trim(text.substr(0, end));
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (line.starts_with('`') || line.starts_with("> ")) line = trim(line.substr(1));
  while (line.ends_with('`')) line.remove_suffix(1);
  return line;
}

/// `panic(cpu 3 caller 0x…): text`
void read_panic_head(std::string_view line, SystemEvent& event) {
  event.panic_string = std::string(line);
  auto rest = line.substr(std::min(line.size(), std::string_view("panic(cpu ").size()));
  if (const auto cpu = take_decimal(rest)) event.panicked_cpu = static_cast<std::int64_t>(*cpu);
}

/// `… pid 0: kernel_task`
void read_panicked_task(std::string_view line, SystemEvent& event) {
  const auto at = line.find("pid ");
  if (at == std::string_view::npos) return;
  auto rest = line.substr(at + 4);
  const auto pid = take_decimal(rest);
  if (!pid) return;
  event.panicked_pid = static_cast<std::int64_t>(*pid);
  if (rest.starts_with(':')) event.panicked_task = std::string(trim(rest.substr(1)));
}

/// `com.apple.iokit.IONVMeFamily(2.1)[UUID]@0x…->0x…`
bool read_kext(std::string_view line, SystemEvent& event) {
  const auto open = line.find('(');
  const auto close = line.find(")[", open == std::string_view::npos ? 0 : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return false;
  if (line.starts_with("dependency:")) return true;
  const auto name = line.substr(0, open);
  if (name.empty() || name.find(' ') != std::string_view::npos) return false;
  event.kexts.emplace_back(std::string(name), std::string(line.substr(open + 1, close - open - 1)));
  return true;
}

void read_panic_lines(std::string_view text, SystemEvent& event, CrashReport& report) {
  bool kexts = false;
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with("panic(") && !event.panic_string) {
      read_panic_head(line, event);
    } else if (line.starts_with("Panicked task ") && !event.panicked_task) {
      read_panicked_task(line, event);
    } else if (line.find("rocess name corresponding to current thread") != line.npos &&
               !event.panicked_task) {
      const auto colon = line.rfind(": ");
      if (colon != line.npos) event.panicked_task = std::string(line.substr(colon + 2));
    } else if (line.starts_with("Kernel Extensions in backtrace")) {
      kexts = true;
    } else if (kexts) {
      kexts = read_kext(line, event);
    } else if (line.starts_with("OS version: ") && !report.os.build) {
      report.os.build = std::string(line.substr(12));
    } else if (line.starts_with("Mac OS version:") && !report.os.build) {
      const auto build = take_line(text);
      if (!build.empty()) report.os.build = std::string(build);
    }
  }
}

void read_gpu_member(std::string_view key, const ReportField& member, CrashReport& report) {
  auto& event = *report.system_event;
  if (key == "process_name") {
    event.process = member.text();
    if (!report.process_name) report.process_name = event.process;
  } else if (key == "timestamp") {
    event.time_seconds = member.integer();
  } else if (key == "analysis") {
    std::optional<std::string> number;
    member.each_member([&](std::string_view name, const ReportField& field) {
      if (name == "restart_reason_desc") event.restart_reason = field.text();
      if (name == "restart_reason") number = field.text_or_number();
    });
    if (!event.restart_reason) event.restart_reason = std::move(number);
  }
}

}  // namespace

bool is_panic_text(std::string_view text) {
  while (!text.empty()) {
    const auto line = take_line(text);
    if (line.starts_with("panic(cpu ") || line == "*** Panic Report ***") return true;
  }
  return false;
}

CrashReport parse_panic(std::string_view text) {
  CrashReport report;
  if (!parse_panic_text(text, report)) report.kind = ReportKind::unreadable;
  return report;
}

bool parse_panic_text(std::string_view text, CrashReport& report) {
  if (!is_panic_text(text)) return false;
  report.kind = ReportKind::panic;
  report.from_text = true;
  auto rest = text;
  while (!rest.empty()) read_header_line(take_line(rest), report);
  read_panic_lines(text, report.system_event.emplace(), report);
  return true;
}

void read_system_event(const ReportField& body, CrashReport& report) {
  auto& event = report.system_event.emplace();
  body.each_member([&](std::string_view key, const ReportField& member) {
    if (key == "panicString" || key == "macOSPanicString" || key == "string") {
      if (const auto text = member.text()) read_panic_lines(*text, event, report);
      // Bridge reports may have a single line of another form.
      if (!event.panic_string) event.panic_string = member.text();
    } else if (key == "product" && !report.model) {
      report.model = member.text();
    } else if (report.kind == ReportKind::gpu_event) {
      read_gpu_member(key, member, report);
    }
  });
}

}  // namespace faultline

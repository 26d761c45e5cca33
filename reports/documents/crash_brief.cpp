#include "reports/documents/crash_brief.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "core/model/function_name.h"
#include "core/model/report_kind.h"
#include "core/model/short_site.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"
#include "reports/documents/crash_page_sections.h"
#include "reports/documents/frame_text.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

constexpr std::size_t kFrames = 5;
constexpr std::size_t kNameWidth = 9;
constexpr std::size_t kMostDoubts = 3;

using Lines = std::vector<std::string>;

void add_named(Lines& lines, std::string_view name, const std::string& value) {
  if (!value.empty()) lines.push_back(fmt::format("{:<{}} {}", name, kNameWidth, escape_line(value)));
}

/// Joins what is known.
std::string listed(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) {
    if (!part.empty()) out += (out.empty() ? "" : ", ") + part;
  }
  return out;
}

std::string site_line(const Analysis& analysis, const CrashPageContext& context) {
  const CrashSite& site = analysis.site;
  if (site.text.empty()) return {};
  std::string line = short_site(site) + "  (" + short_id(site.key);
  if (context.site_crashes > 0) line += ", " + format_count(context.site_crashes, "report");
  return line + ")";
}

std::string labels_line(const Analysis& analysis, const CrashPageContext& context) {
  std::vector<std::string> labels = context.labels;
  for (const std::string& label : analysis.labels) {
    if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  }
  return fmt::format("{}", fmt::join(labels, ", "));
}

std::string short_frame(const CrashReport& report, const Frame& frame, std::size_t index, bool is_site) {
  std::string place = frame_image_text(report, frame) + "+" + hex(frame.image_offset.value);
  if (frame.symbol) {
    place = short_function(*frame.symbol);
    if (frame.symbol_location) place += fmt::format(" +{}", *frame.symbol_location);
    if (frame.source_file) {
      const auto slash = frame.source_file->rfind('/');
      place += " (" + frame.source_file->substr(slash == std::string::npos ? 0 : slash + 1);
      if (frame.source_line) place += fmt::format(":{}", *frame.source_line);
      place += ")";
    } else {
      place += "  " + frame_image_text(report, frame);
    }
  }
  return fmt::format("{} {:>2}  {}", is_site ? "->" : "  ", index, escape_line(place));
}

void add_stack(Lines& lines, const Analysis& analysis) {
  const CrashReport& report = analysis.report;
  const CrashSite& site = analysis.site;
  // The thread that decided the site; else the one that crashed.
  auto index = site.thread_index ? site.thread_index : report.crashed_thread_index();
  if (!index || *index >= report.threads.size()) return;
  const Thread& thread = report.threads[*index];
  const bool is_crashed = index == report.crashed_thread_index();
  const auto number = is_crashed ? report.crashed_thread_number().value_or(*index) : *index;
  add_named(lines, "thread",
            listed({fmt::format("{} of {}", number, report.threads.size()), thread.name.value_or(""),
                    thread.queue ? "queue " + *thread.queue : ""}));
  const std::size_t place = site.frame_index.value_or(0);
  const std::size_t first = place < kFrames ? 0 : place - 1;
  // The line about those above takes the place of one.
  const std::size_t end = std::min(thread.frames.size(), first + kFrames - (first > 0 ? 1 : 0));
  if (first > 0) lines.push_back(fmt::format("       {} frames above", first));
  for (std::size_t i = first; i < end; ++i)
    lines.push_back(short_frame(report, thread.frames[i], i, i == place && !site.text.empty()));
}

std::string crash_time_text(const CrashReport& report) {
  const auto text = report.capture_time ? report.capture_time : report.header.timestamp;
  if (!text) return {};
  const auto time = parse_report_time(*text);
  return time ? format_utc(*time) : *text;
}

std::string exception_line(const CrashReport& report) {
  if (!report.exception) return {};
  const ExceptionInfo& exception = *report.exception;
  const std::string signal = exception.signal ? " (" + *exception.signal + ")" : "";
  return listed({exception.type + signal, exception.subtype.value_or("")});
}

std::string process_line(const CrashReport& report) {
  std::string name = report.process_name.value_or(report.header.app_name.value_or("unknown process"));
  if (report.pid) name += fmt::format(" [{}]", *report.pid);
  const auto uptime = process_uptime_text(report);
  return listed({name, uptime ? "uptime " + *uptime : "", crash_time_text(report)});
}

std::string system_line(const CrashReport& report) {
  std::string os = report.os.train.value_or("");
  if (report.os.build) os += (os.empty() ? "" : " ") + ("(" + *report.os.build + ")");
  const std::string driver = driver_version(report);
  return listed({os, report.model.value_or(""), report.cpu_type.value_or(""),
                 driver.empty() ? "" : "GPU driver " + driver});
}

/// What speaks against reading the crash so; what is unusual about it.
Lines doubts_of(const Analysis& analysis, const CrashPageContext& context) {
  Lines doubts;
  if (analysis.fault.agrees == false) doubts.emplace_back("not all evidence is consistent (--full)");
  for (const Difference& difference : context.differences) {
    doubts.push_back(fmt::format("{} is {} here, usually {} ({} of {})", difference.fact, difference.here,
                                 difference.usual, difference.with_usual, difference.compared));
  }
  if (!analysis.report.issues.empty())
    doubts.push_back(fmt::format(
        "{} in the report could not be read",
        format_count(static_cast<std::int64_t>(analysis.report.issues.size()), "place", "places")));
  if (analysis.fault.kind != FaultKind::unknown && !analysis.fault.agrees)
    doubts.emplace_back("nothing in the report confirms it");
  if (doubts.size() > kMostDoubts) {
    const std::size_t more = doubts.size() - (kMostDoubts - 1);
    doubts.resize(kMostDoubts - 1);
    doubts.push_back(fmt::format("{} more (--full)", more));
  }
  return doubts;
}

void add_doubts(Lines& lines, const Analysis& analysis, const CrashPageContext& context) {
  if (analysis.report.kind != ReportKind::crash) return;
  const Lines doubts = doubts_of(analysis, context);
  for (std::size_t i = 0; i < doubts.size(); ++i) add_named(lines, i == 0 ? "against" : "", doubts[i]);
  if (!doubts.empty()) return;
  const bool is_typical = context.site_crashes >= 3;
  add_named(lines, "against",
            is_typical ? "nothing: all evidence is consistent, and it is typical of this site"
                       : "nothing: all evidence is consistent");
}

void add_trial(Lines& lines, const CrashPageContext& context) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : context.trial) {
    if (name == "run") continue;
    parts.push_back(value);
  }
  if (parts.empty()) return;
  parts.front() = context.trial_name;
  if (!context.workload_phase.empty()) parts.push_back("phase " + context.workload_phase);
  add_named(lines, "trial", listed(parts));
  if (!context.command.empty()) add_named(lines, "command", shell_command(context.command));
}

void add_next(Lines& lines, const Analysis& analysis, const CrashPageContext& context) {
  if (context.shown_as.empty()) return;
  add_named(lines, "more", fmt::format("faultline show {} --full", context.shown_as));
  if (context.site_crashes > 0)
    add_named(lines, "",
              fmt::format("faultline show {}        all reports of this site", short_id(analysis.site.key)));
  if (!context.trial_name.empty())
    add_named(lines, "", fmt::format("faultline show {}   the trial and its output", context.trial_name));
}

}  // namespace

std::string crash_brief_text(const Analysis& analysis, const CrashPageContext& context, std::size_t width) {
  const CrashReport& report = analysis.report;
  Lines lines;
  const std::string sentence = fault_sentence_text(analysis.fault);
  lines.push_back(escape_line(sentence.empty() ? std::string(report_kind_text(report.kind)) : sentence));
  add_named(lines, "site", site_line(analysis, context));
  add_named(lines, "labels", labels_line(analysis, context));
  add_named(lines, "exception", exception_line(report));
  add_stack(lines, analysis);
  add_named(lines, "process", process_line(report));
  add_named(lines, "system", system_line(report));
  add_trial(lines, context);
  add_doubts(lines, analysis, context);
  add_next(lines, analysis, context);
  if (lines.size() > kBriefLines) lines.resize(kBriefLines);
  std::string out;
  for (const std::string& line : lines) out += (width > 0 ? elide_middle(line, width) : line) + "\n";
  return out;
}

}  // namespace faultline

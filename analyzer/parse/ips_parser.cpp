#include "analyzer/parse/ips_parser.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/parse/report_kind.h"
#include "core/ips_document.h"

namespace faultline {
namespace {

void read_header_member(std::string_view key, const ReportField& field, ReportHeader& header) {
  if (key == "bug_type") {
    header.bug_type = field.text_or_number();
  } else if (key == "incident_id") {
    header.incident_id = field.text();
  } else if (key == "app_name") {
    header.app_name = field.text();
  } else if (key == "name") {
    header.name = field.text();
  } else if (key == "timestamp") {
    header.timestamp = field.text();
  } else if (key == "os_version") {
    header.os_version = field.text();
  } else if (key == "bundleID") {
    header.bundle_id = field.text();
  } else if (key == "app_version") {
    header.app_version = field.text();
  } else if (key == "build_version") {
    header.build_version = field.text();
  } else if (key == "slice_uuid") {
    header.slice_uuid = field.text();
  } else if (key == "platform") {
    header.platform = field.integer();
  } else if (key == "is_simulated") {
    header.is_simulated = field.truth();
  }
}

/// `macOS 26.1 (25B78)` -> train and build.
void take_os_version(std::string_view text, OsVersion& os) {
  const auto open = text.rfind(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) {
    if (!os.train && !text.empty()) os.train = std::string(text);
    return;
  }
  if (!os.train) os.train = std::string(text.substr(0, open));
  if (!os.build) os.build = std::string(text.substr(open + 2, text.size() - open - 3));
}

void check_image_indices(const std::vector<Frame>& frames, std::size_t image_count, const std::string& place,
                         IssueList& issues) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].image_index && *frames[i].image_index >= image_count) {
      issues.add(fmt::format("{}/{}/imageIndex", place, i),
                 fmt::format("there is no image {}: the list has {}", *frames[i].image_index, image_count));
    }
  }
}

std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

}  // namespace

void read_header(const ReportField& field, CrashReport& report) {
  field.each_member([&report](std::string_view key, const ReportField& member) {
    read_header_member(key, member, report.header);
  });
}

void finish_report(CrashReport& report, IssueList& issues) {
  auto& header = report.header;
  if (!report.incident && header.incident_id && !header.incident_id->empty()) {
    report.incident = upper(*header.incident_id);
  }
  if (!report.process_name) report.process_name = header.app_name ? header.app_name : header.name;
  if (header.os_version) take_os_version(*header.os_version, report.os);
  if (header.is_simulated || report.is_simulated || report.is_non_fatal) report.kind = ReportKind::non_fatal;

  if (report.images.empty()) {
    const bool any = std::any_of(report.threads.begin(), report.threads.end(),
                                 [](const Thread& t) { return !t.frames.empty(); });
    if (any && !report.from_text)
      issues.add("/usedImages", "the list of images is missing: frames cannot be placed");
  } else {
    for (std::size_t t = 0; t < report.threads.size(); ++t) {
      check_image_indices(report.threads[t].frames, report.images.size(),
                          fmt::format("/threads/{}/frames", t), issues);
    }
    check_image_indices(report.last_exception_backtrace, report.images.size(), "/lastExceptionBacktrace",
                        issues);
  }
  const auto index = report.crashed_thread_index();
  if (index && report.faulting_thread && report.threads[*index].triggered &&
      *report.faulting_thread < report.threads.size() && *report.faulting_thread != *index) {
    issues.add("/faultingThread",
               fmt::format("says {}, but thread {} is marked as triggered", *report.faulting_thread, *index));
  }
}

CrashReport parse_ips(std::string_view bytes) {
  CrashReport report;
  IssueList issues(report.issues);
  const auto parts = split_ips(bytes);
  JsonDocument document;
  const JsonPlace top;
  const JsonPlace header_place{&top, "header", 0};
  if (parts.header.empty()) {
    issues.add("/header", "the header line is missing");
  } else if (document.parse(parts.header)) {
    read_header(ReportField(document.root(), header_place, issues), report);
    if (report.header.bug_type) report.kind = kind_of_bug_type(*report.header.bug_type);
  }
  if (parts.body_is_json && document.parse(parts.body)) {
    read_body(ReportField(document.root(), top, issues), report);
  }
  finish_report(report, issues);
  return report;
}

}  // namespace faultline

#include "analyzer/parse/ips/ips_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analyzer/parse/json/json_repair.h"
#include "analyzer/parse/text/crash_text_parser.h"
#include "analyzer/parse/text/system_event_parser.h"
#include "core/ips/ips_document.h"
#include "core/ips/json_scan.h"
#include "core/model/report_kind.h"
#include "core/text/ascii.h"

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

void check_image_indices(const std::vector<Frame>& frames, std::size_t image_count, const std::string& path,
                         IssueList& issues) {
  for (std::size_t i = 0; i < frames.size(); ++i) {
    if (frames[i].image_index && *frames[i].image_index >= image_count) {
      issues.add(fmt::format("{}/{}/imageIndex", path, i),
                 fmt::format("there is no image {}: the list has {}", *frames[i].image_index, image_count));
    }
  }
}

/// Keys that make an object without a header a report.
bool looks_like_body(const JsonValue& value) {
  static constexpr std::array<std::string_view, 7> kKeys{"threads",  "exception", "termination", "usedImages",
                                                         "incident", "bug_type",  "procName"};
  bool found = false;
  value.each_member([&found](std::string_view key, JsonValue) {
    found = found || std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
  });
  return found;
}

bool has_crash_body(ReportKind kind) {
  return kind == ReportKind::crash || kind == ReportKind::non_fatal || kind == ReportKind::hang ||
         kind == ReportKind::resource;
}
bool has_event_body(ReportKind kind) {
  return kind == ReportKind::panic || kind == ReportKind::forced_reset || kind == ReportKind::gpu_event;
}

class IpsReader {
 public:
  IpsReader() : issues_(reading_.report.issues) {}

  IpsReading read(std::string_view bytes) {
    reading_.undamaged = true;
    if (!read_fast(bytes)) read_parts(split_ips(bytes));
    finish_report(reading_.report, issues_);
    return std::move(reading_);
  }

 private:
  CrashReport& report() { return reading_.report; }

  /// A file as it comes from the disk: the header on the first line, then the body and nothing else.
  /// Saves the search for where the body ends. False, with nothing done, for anything else.
  bool read_fast(std::string_view bytes) {
    const auto line_end = bytes.find('\n');
    if (line_end == std::string_view::npos || bytes[0] != '{') return false;
    const auto header = bytes.substr(0, line_end);
    const auto start = skip_json_whitespace(bytes, line_end);
    const auto end = bytes.find_last_not_of(" \t\r\n");
    if (start >= bytes.size() || bytes[start] != '{' || bytes[end] != '}') return false;
    document_ = JsonDocument(header);
    if (!document_.valid() || !document_.root().find("bug_type")) return false;
    read_header_object();
    if (!has_crash_body(report().kind) && !has_event_body(report().kind)) return true;
    // Read as if it were valid, and thrown away if it was not: most are.
    document_ = JsonDocument(bytes.substr(start, end + 1 - start));
    read_body_object();
    if (document_.valid()) return true;
    report() = CrashReport();
    issues_.clear();
    return false;
  }

  void read_parts(const IpsParts& parts) {
    if (!parts.header.empty()) {
      reading_.recognised = true;
      if (parse_or_repair(parts.header, header_path_)) read_header_object();
    }
    if (!parts.body_is_json) return read_text_body(parts);
    const bool known = !parts.header.empty() && report().header.bug_type;
    if (known && !has_crash_body(report().kind) && !has_event_body(report().kind)) {
      if (!parts.body_is_complete) damaged(top_, "the report ends here: what should follow is missing");
      return;
    }
    if (!parse_or_repair(parts.body, top_)) return;
    if (parts.header.empty()) read_bare_body();
    read_body_object();
    if (!reading_.undamaged && report().threads.empty()) read_duplicate(parts.before);
  }

  /// True where the document now holds an object. Damage is put right first, and named.
  bool parse_or_repair(std::string_view text, const JsonPath& path) {
    document_ = JsonDocument(text);
    if (!document_.valid()) {
      reading_.undamaged = false;
      repaired_ = repair_json(text.substr(skip_json_whitespace(text, 0)), path, issues_).text;
      document_ = JsonDocument(repaired_);
      if (!document_.valid()) {
        damaged(path, "this cannot be read");
        return false;
      }
    }
    return document_.root().type() == JsonType::object;
  }

  void damaged(const JsonPath& path, std::string message) {
    reading_.undamaged = false;
    issues_.add(path.pointer(), std::move(message));
  }

  void read_header_object() {
    reading_.recognised = true;
    read_header(ReportField(document_.root(), header_path_, issues_), report());
    if (report().header.bug_type) report().kind = kind_of_bug_type(*report().header.bug_type);
  }

  /// Without a header line the body has to say what it is; people also fold the two into one object.
  void read_bare_body() {
    reading_.recognised = looks_like_body(document_.root());
    if (!reading_.recognised) return;
    issues_.add("/header", "the header line is missing");
    read_header(ReportField(document_.root(), top_, issues_), report());
    if (report().header.bug_type) report().kind = kind_of_bug_type(*report().header.bug_type);
    if (!document_.root().find("incident") && !report().header.incident_id) {
      report().origin = ReportOrigin::reconstructed;
    }
  }

  void read_body_object() {
    const ReportField body(document_.root(), top_, issues_);
    if (has_event_body(report().kind)) {
      read_system_event(body, report());
    } else {
      read_body(body, report());
    }
  }

  /// Older systems wrote text under the JSON header.
  void read_text_body(const IpsParts& parts) {
    if (parts.header.empty()) return;
    if (parts.body.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      return damaged(top_, "the body is missing: the file has a header line only");
    }
    if (report().header.bug_type == "309" || !report().header.bug_type) reading_.undamaged = false;
    if (!parse_panic_text(parts.body, report())) parse_crash_text_into(parts.body, report());
  }

  void read_duplicate(std::string_view text) {
    auto text_form = parse_crash_text(text);
    if (text_form.threads.empty()) return;
    issues_.add("/threads", "the JSON is damaged: this was read from the text in front of it");
    text_form.header = std::move(report().header);
    if (report().incident) text_form.incident = std::move(report().incident);
    text_form.kind = report().kind;
    text_form.origin = report().origin;
    text_form.issues = std::move(report().issues);
    report() = std::move(text_form);
  }

  IpsReading reading_;
  IssueList issues_;
  std::string repaired_;  // What document_ reads where the report's own text is damaged.
  JsonDocument document_;
  JsonPath top_;
  JsonPath header_path_{&top_, "header", 0};
};

}  // namespace

void read_header(const ReportField& field, CrashReport& report) {
  field.each_member([&report](std::string_view key, const ReportField& member) {
    read_header_member(key, member, report.header);
  });
}

void finish_report(CrashReport& report, IssueList& issues) {
  auto& header = report.header;
  if (!report.incident && header.incident_id && !header.incident_id->empty()) {
    report.incident = to_upper(*header.incident_id);
  }
  if (report.incident && !Uuid::parse(*report.incident)) issues.add("/incident", "this is no UUID");
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

IpsReading parse_ips(std::string_view bytes) { return IpsReader().read(bytes); }

}  // namespace faultline

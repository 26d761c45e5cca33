#include "core/ips/ips_document.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "core/base/ascii.h"
#include "core/ips/json_scan.h"

namespace faultline {
namespace {

/// A header is small. Looking no further keeps a folder of large foreign files cheap.
constexpr std::size_t kLongestHeader = 64 * 1024;
/// A header is among the first objects of a file, or there is none.
constexpr int kMostCandidates = 100;

std::string_view line_at(std::string_view bytes, std::size_t start) {
  const auto end = bytes.find('\n', start);
  return bytes.substr(start, end == std::string_view::npos ? std::string_view::npos : end - start);
}

/// The object that starts at the front of `text`, or nullopt if it does not close within a header's
/// length.
std::optional<std::string_view> short_object(std::string_view text) {
  const auto window = text.substr(0, kLongestHeader);
  const auto end = skip_json_value(window, 0);
  if (!end) return std::nullopt;
  return window.substr(0, *end);
}

/// The body repeats `bug_type`, so that one key alone does not make a header.
bool is_header(std::string_view object) {
  constexpr std::array<std::string_view, 4> kHeaderKeys{"incident_id", "app_name", "os_version", "timestamp"};
  constexpr std::array<std::string_view, 7> kBodyKeys{"threads",  "exception",  "procName", "pid",
                                                      "incident", "usedImages", "osVersion"};
  bool header_key = false;
  bool bug_type = false;
  bool body_key = false;
  JsonMembers members(object);
  while (members.next()) {
    const auto in = [&](const auto& keys) {
      return std::find(keys.begin(), keys.end(), members.key()) != keys.end();
    };
    header_key = header_key || in(kHeaderKeys);
    body_key = body_key || in(kBodyKeys);
    bug_type = bug_type || members.key() == "bug_type";
  }
  return members.complete() && !body_key &&
         (bug_type || (header_key && object.find("incident_id") != object.npos));
}

struct HeaderPlace {
  std::size_t start = 0;
  std::size_t end = 0;
};

std::optional<HeaderPlace> find_header(std::string_view bytes) {
  int candidates = 0;
  for (std::size_t start = 0; start < bytes.size() && candidates < kMostCandidates;) {
    const auto line = line_at(bytes, start);
    const auto first = skip_json_whitespace(line, 0);
    if (first < line.size() && line[first] == '{') {
      ++candidates;
      const auto object = short_object(bytes.substr(start + first));
      if (object && is_header(*object)) return HeaderPlace{start + first, start + first + object->size()};
    }
    start += line.size() + 1;
  }
  return std::nullopt;
}

/// The first line that opens an object with something like a report's keys.
std::optional<std::size_t> find_bare_body(std::string_view bytes) {
  for (std::size_t start = 0; start < bytes.size();) {
    const auto line = line_at(bytes, start);
    const auto first = skip_json_whitespace(line, 0);
    if (first < line.size() && line[first] == '{') {
      const auto next = skip_json_whitespace(bytes, start + first + 1);
      if (next < bytes.size() && (bytes[next] == '"' || bytes[next] == '}')) return start + first;
    }
    start += line.size() + 1;
  }
  return std::nullopt;
}

/// Divides what follows the header into body and tail.
void take_body(std::string_view rest, IpsParts& parts) {
  const auto start = skip_json_whitespace(rest, 0);
  if (start >= rest.size() || rest[start] != '{') {
    parts.body = rest;
    return;
  }
  parts.body_is_json = true;
  const auto end = skip_json_value(rest, start);
  parts.body_is_complete = end.has_value();
  parts.body = rest.substr(0, end.value_or(rest.size()));
  parts.after = rest.substr(end.value_or(rest.size()));
}

void read_header_identity(std::string_view header, ReportIdentity& identity) {
  JsonMembers members(header);
  while (members.next()) {
    const auto key = members.key();
    const auto value = members.value();
    if (key == "incident_id") {
      if (auto text = json_string_text(value)) identity.incident = to_upper(std::move(*text));
    } else if (key == "bug_type") {
      identity.bug_type = json_string_text(value);
      if (!identity.bug_type && json_natural(value)) identity.bug_type = std::string(value);
    } else if (key == "app_name" || (key == "name" && !identity.process_name)) {
      identity.process_name = json_string_text(value);
    }
  }
}

std::optional<WallTime> report_time(std::string_view value) {
  const auto text = json_string_text(value);
  return text ? parse_report_time(*text) : std::nullopt;
}

void read_body_member(std::string_view key, std::string_view value, ReportIdentity& identity) {
  if (key == "incident") {
    if (auto text = json_string_text(value)) identity.incident = to_upper(std::move(*text));
  } else if (key == "bug_type" && !identity.bug_type) {
    identity.bug_type = json_string_text(value);
  } else if (key == "procName") {
    if (auto text = json_string_text(value)) identity.process_name = std::move(text);
  } else if (key == "pid") {
    identity.pid = json_integer(value);
  } else if (key == "parentPid") {
    identity.parent_pid = json_integer(value);
  } else if (key == "procLaunch") {
    identity.launch_time = report_time(value);
  } else if (key == "captureTime") {
    identity.capture_time = report_time(value);
  } else if (key == "procStartAbsTime") {
    identity.start_ticks = json_natural(value);
  } else if (key == "bootSessionUUID") {
    identity.boot_session = json_string_text(value);
  }
}

/// `Name [123]`; the name may itself hold brackets.
void read_name_and_pid(std::string_view value, std::optional<std::string>* name,
                       std::optional<std::int64_t>& pid) {
  const auto open = value.rfind('[');
  if (open == std::string_view::npos || value.back() != ']') {
    if (name != nullptr && !value.empty()) *name = std::string(value);
    return;
  }
  pid = json_integer(value.substr(open + 1, value.size() - open - 2));
  if (name != nullptr) *name = std::string(trimmed(value.substr(0, open)));
}

void read_text_line(std::string_view key, std::string_view value, ReportIdentity& identity) {
  if (value.empty()) return;
  if (key == "Incident Identifier" && !identity.incident) identity.incident = to_upper(std::string(value));
  if (key == "Process" && !identity.pid) read_name_and_pid(value, &identity.process_name, identity.pid);
  if (key == "Parent Process" && !identity.parent_pid) read_name_and_pid(value, nullptr, identity.parent_pid);
  if (key == "Date/Time" && !identity.capture_time) identity.capture_time = parse_report_time(value);
  if (key == "Launch Time" && !identity.launch_time) identity.launch_time = parse_report_time(value);
}

/// A text report says who died in its first lines; a whole one has its image list.
void read_text_identity(std::string_view text, ReportIdentity& identity) {
  constexpr std::size_t kHeaderLines = 60;
  std::size_t start = 0;
  for (std::size_t line_number = 0; start < text.size() && line_number < kHeaderLines; ++line_number) {
    const auto line = line_at(text, start);
    if (const auto colon = line.find(':'); colon != std::string_view::npos) {
      read_text_line(trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1)), identity);
    }
    start += line.size() + 1;
  }
}

}  // namespace

IpsParts split_ips(std::string_view bytes) {
  IpsParts parts;
  if (const auto header = find_header(bytes)) {
    parts.before = bytes.substr(0, header->start);
    parts.header = bytes.substr(header->start, header->end - header->start);
    const auto line_end = bytes.find('\n', header->end);
    // Text behind the header on its own line belongs to nobody, but must not be lost from the body.
    const bool blank_rest =
        skip_json_whitespace(bytes.substr(0, line_end), header->end) >= std::min(line_end, bytes.size());
    const auto body_start = line_end == std::string_view::npos ? bytes.size() : line_end + 1;
    take_body(bytes.substr(blank_rest ? body_start : header->end), parts);
    return parts;
  }
  const auto body = find_bare_body(bytes);
  parts.before = bytes.substr(0, body.value_or(bytes.size()));
  if (body) take_body(bytes.substr(*body), parts);
  return parts;
}

ReportIdentity read_identity(std::string_view bytes) {
  ReportIdentity identity;
  const auto parts = split_ips(bytes);
  read_header_identity(parts.header, identity);
  if (parts.body_is_json) {
    const auto start = skip_json_whitespace(parts.body, 0);
    JsonMembers members(parts.body.substr(start));
    while (members.next()) read_body_member(members.key(), members.value(), identity);
    // Brackets of different kinds that cross each other satisfy one of the two, but no reader.
    identity.complete = members.complete() && parts.body_is_complete;
    return identity;
  }
  // Older systems put a text report under the JSON header; without a header it is the whole file.
  const auto text = parts.header.empty() ? parts.before : parts.body;
  read_text_identity(text, identity);
  identity.complete = text.find("Binary Images") != std::string_view::npos ||
                      (!parts.header.empty() && identity.bug_type != "309" && !trimmed(text).empty());
  return identity;
}

}  // namespace faultline

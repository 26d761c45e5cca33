#include "core/ips/ips_document.h"

#include <algorithm>
#include <array>

#include "core/ips/json_scan.h"
#include "core/text/ascii.h"

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

}  // namespace

bool is_ips_header(std::string_view line) {
  const auto object = short_object(line);
  return object && is_header(*object);
}

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

}  // namespace faultline

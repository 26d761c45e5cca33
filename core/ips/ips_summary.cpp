#include "core/ips/ips_summary.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <initializer_list>
#include <utility>

#include "core/ips/json_scan.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::optional<WallTime> report_time(std::string_view value) {
  const auto text = json_string_text(value);
  return text ? parse_report_time(*text) : std::nullopt;
}

bool is_true(std::string_view value) { return value == "true" || json_integer(value).value_or(0) != 0; }

void read_images(std::string_view value, ReportFacts& facts) {
  JsonElements images(value);
  while (images.next()) {
    JsonMembers image(images.value());
    while (image.next()) {
      if (image.key() != "name") continue;
      if (auto name = json_string_text(image.value()); name && !name->empty())
        facts.image_names.push_back(std::move(*name));
    }
  }
}

void read_termination(std::string_view value, ReportFacts& facts) {
  std::string name_space;
  std::string indicator;
  JsonMembers members(value);
  while (members.next()) {
    if (members.key() == "namespace") name_space = json_string_text(members.value()).value_or("");
    if (members.key() == "indicator") indicator = json_string_text(members.value()).value_or("");
  }
  if (!is_one_of(name_space, {"DYLD", "CODESIGNING", "EXEC"})) return;
  facts.launch_failure = indicator.empty() ? name_space : name_space + ": " + indicator;
}

/// What the members of a body say together.
struct BodyNotes {
  bool simulated = false;
  bool exception = false;
  std::string bug_type;
};

void read_fact(std::string_view key, std::string_view value, ReportFacts& facts, BodyNotes& notes) {
  if (key == "usedImages") {
    read_images(value, facts);
  } else if (key == "termination") {
    read_termination(value, facts);
  } else if (key == "exception") {
    notes.exception = true;
  } else if (key == "isSimulated" || key == "isNonFatal") {
    notes.simulated = notes.simulated || is_true(value);
  } else if (key == "timestamp" && facts.is_gpu_event) {
    if (const auto seconds = json_integer(value)) facts.event_time = WallTime(std::chrono::seconds(*seconds));
  } else if (is_one_of(key, {"panicString", "macOSPanicString"}) && facts.is_panic) {
    constexpr std::size_t kLongest = 200;
    const auto text = json_string_text(value).value_or("");
    facts.panic_string = text.substr(0, std::min(text.find('\n'), kLongest));
  }
}

void read_identity_member(std::string_view key, std::string_view value, ReportIdentity& identity) {
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
  } else if (key == "responsiblePid") {
    identity.responsible_pid = json_integer(value);
  } else if (key == "procLaunch") {
    identity.launch_time = report_time(value);
  } else if (key == "captureTime") {
    identity.capture_time = report_time(value);
  } else if (key == "procStartAbsTime") {
    identity.start_ticks = json_natural(value);
  } else if (key == "bootSessionUUID") {
    if (auto text = json_string_text(value)) identity.boot_session = to_upper(std::move(*text));
  }
}

}  // namespace

void summarize_header(std::string_view header, ReportSummary& summary) {
  auto& [identity, facts] = summary;
  std::optional<WallTime> time;
  bool simulated = false;
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
    } else if (key == "timestamp") {
      time = report_time(value);
    } else if (key == "is_simulated") {
      simulated = is_true(value);
    }
  }
  const std::string_view type = identity.bug_type ? std::string_view(*identity.bug_type) : std::string_view();
  facts.is_panic = is_one_of(type, {"210", "110", "10"});
  facts.is_gpu_event = is_one_of(type, {"284", "184", "21"});
  facts.is_crash = is_one_of(type, {"309", "109", "9"}) && !simulated;
  if (facts.is_gpu_event) facts.event_time = time;
}

void summarize_ips(const IpsParts& parts, ReportSummary& summary) {
  auto& [identity, facts] = summary;
  summarize_header(parts.header, summary);
  const bool typed = identity.bug_type && !identity.bug_type->empty();
  BodyNotes notes;
  JsonMembers members(parts.body.substr(skip_json_whitespace(parts.body, 0)));
  while (members.next()) {
    read_identity_member(members.key(), members.value(), identity);
    read_fact(members.key(), members.value(), facts, notes);
  }
  // A report without a header line, as pasted or cut ones are, is a crash if it looks like one.
  if (!typed) facts.is_crash = notes.exception;
  if (notes.simulated) facts.is_crash = false;
  // Brackets of different kinds that cross each other satisfy one of the two, but no reader.
  identity.complete = members.complete() && parts.body_is_complete;
}

}  // namespace faultline

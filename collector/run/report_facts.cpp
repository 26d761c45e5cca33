#include "collector/run/report_facts.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/ips/ips_document.h"

namespace faultline {
namespace {

using Json = nlohmann::json;

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  if (found->is_string()) return found->get<std::string>();
  return found->is_number_integer() ? found->dump() : std::string();
}

bool flag_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return false;
  return (found->is_boolean() && found->get<bool>()) || (found->is_number_integer() && *found != 0);
}

Json parse_object(std::string_view text) {
  Json parsed = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return parsed.is_object() ? parsed : Json::object();
}

void read_images(const Json& body, ReportFacts& facts) {
  const auto images = body.find("usedImages");
  if (images == body.end() || !images->is_array()) return;
  for (const Json& image : *images) {
    if (!image.is_object()) continue;
    if (auto name = text_of(image, "name"); !name.empty()) facts.image_names.push_back(std::move(name));
  }
}

void read_termination(const Json& body, ReportFacts& facts) {
  const auto termination = body.find("termination");
  if (termination == body.end() || !termination->is_object()) return;
  const std::string name_space = text_of(*termination, "namespace");
  if (!is_one_of(name_space, {"DYLD", "CODESIGNING", "EXEC"})) return;
  const std::string indicator = text_of(*termination, "indicator");
  facts.launch_failure = indicator.empty() ? name_space : name_space + ": " + indicator;
}

}  // namespace

ReportFacts read_report_facts(std::string_view bytes) {
  ReportFacts facts;
  const IpsParts parts = split_ips(bytes);
  const Json header = parse_object(parts.header);
  const std::string bug_type = text_of(header, "bug_type");
  facts.is_panic = is_one_of(bug_type, {"210", "110", "10"});
  facts.is_gpu_event = is_one_of(bug_type, {"284", "184", "21"});
  const Json body = parts.body_is_json ? parse_object(parts.body) : Json::object();
  const bool simulated =
      flag_of(header, "is_simulated") || flag_of(body, "isSimulated") || flag_of(body, "isNonFatal");
  // A report without a header line, as pasted or cut ones are, is a crash if it looks like one.
  const bool crash_type =
      is_one_of(bug_type, {"309", "109", "9"}) || (bug_type.empty() && body.contains("exception"));
  facts.is_crash = crash_type && !simulated;
  read_images(body, facts);
  read_termination(body, facts);
  if (facts.is_gpu_event) {
    const auto time = body.find("timestamp");
    if (time != body.end() && time->is_number_integer()) {
      facts.event_time = WallTime(std::chrono::seconds(time->get<std::int64_t>()));
    } else {
      facts.event_time = parse_report_time(text_of(header, "timestamp"));
    }
  }
  if (facts.is_panic) {
    const std::string text = text_of(body, "panicString");
    facts.panic_string = text.substr(0, std::min(text.find('\n'), std::size_t{200}));
  }
  return facts;
}

}  // namespace faultline

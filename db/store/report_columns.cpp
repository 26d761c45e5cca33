#include "db/store/report_columns.h"

#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/hash.h"
#include "db/sqlite/json_text.h"

namespace faultline {

std::string_view os_version_of(const CrashReport& report) {
  const std::string_view train = report.os.train ? std::string_view(*report.os.train) : std::string_view();
  const auto blank = train.rfind(' ');
  return blank == std::string_view::npos ? train : train.substr(blank + 1);
}

std::string_view process_name_of(const CrashReport& report) {
  for (const auto* name : {&report.process_name, &report.header.app_name, &report.header.name}) {
    if (*name && !(*name)->empty()) return **name;
  }
  return {};
}

std::optional<std::string> time_of(const CrashReport& report) {
  for (const auto* written : {&report.capture_time, &report.header.timestamp}) {
    if (!*written) continue;
    if (const auto time = parse_report_time(**written)) return format_utc_precise(*time);
  }
  return std::nullopt;
}

std::string codes_json(const ExceptionInfo& exception) {
  std::vector<std::string> codes;
  for (const std::uint64_t code : exception.raw_codes) codes.push_back(hex16(code));
  return json_array(codes);
}

std::optional<std::string> registers_json(const CrashReport& report) {
  const auto index = report.crashed_thread_index();
  if (!index || !report.threads[*index].state) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> registers;
  for (const Register& one : report.threads[*index].state->registers)
    registers.emplace_back(one.name, hex16(one.value));
  return json_object(registers);
}

}  // namespace faultline

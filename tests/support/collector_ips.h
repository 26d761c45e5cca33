// Report documents in the few keys that the collector reads, as literal JSON.

#pragma once

#include <string>

#include "core/base/clock.h"

namespace faultline {

struct IpsText {
  std::string incident = "AAAAAAAA-0000-4000-8000-000000000001";
  std::string bug_type = "309";
  std::string process = "python3.14";
  std::int64_t pid = 1000;
  std::int64_t parent_pid = 1;
  WallTime launched;
  WallTime captured;
  std::string boot_session = "BOOT-1";
  std::string start_ticks;  ///< Digits; no key where empty.
  std::string more;         ///< Further members of the body, each with its comma in front.

  [[nodiscard]] std::string header() const {
    return "{\"app_name\":\"" + process + "\",\"bug_type\":\"" + bug_type + "\",\"incident_id\":\"" +
           incident + "\",\"timestamp\":\"" + format_report_time(captured, 60) + "\"}\n";
  }
  [[nodiscard]] std::string body() const {
    std::string out = "{\n  \"incident\" : \"" + incident + "\",\n  \"pid\" : " + std::to_string(pid) +
                      ",\n  \"parentPid\" : " + std::to_string(parent_pid) + ",\n  \"procName\" : \"" +
                      process + "\",\n  \"procLaunch\" : \"" + format_report_time(launched, 60) +
                      "\",\n  \"captureTime\" : \"" + format_report_time(captured, 60) +
                      "\",\n  \"bootSessionUUID\" : \"" + boot_session + "\"";
    if (!start_ticks.empty()) out += ",\n  \"procStartAbsTime\" : " + start_ticks;
    return out + more + "\n}\n";
  }
  [[nodiscard]] std::string text() const { return header() + body(); }
};

/// `BBBBBBBB-0000-4000-8000-000000000007` for 7.
inline std::string numbered_incident(std::int64_t number) {
  std::string digits = std::to_string(number);
  return "BBBBBBBB-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

}  // namespace faultline

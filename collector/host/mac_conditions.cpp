#include "collector/host/mac_conditions.h"

#include <charconv>

#include "collector/host/mac_readings.h"
#include "collector/host/tool_text.h"

namespace faultline {
namespace {

/// Of `CPU_Speed_Limit \t= 100`.
std::optional<int> number_behind(const std::string& text, std::string_view name) {
  const std::string line = line_holding(text, name);
  const std::size_t at = line.find_first_of("0123456789", name.size());
  if (line.empty() || at == std::string::npos) return std::nullopt;
  int value = 0;
  const auto [end, error] = std::from_chars(line.data() + at, line.data() + line.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

void add_heat(const std::string& text, std::vector<Metric>& conditions) {
  if (contains(text, "No thermal warning level")) {
    conditions.push_back({"host_thermal_warning", 0});
  } else if (const auto level = number_behind(text, "Thermal_Level")) {
    conditions.push_back({"host_thermal_warning", static_cast<double>(*level)});
  }
  if (const auto limit = number_behind(text, "CPU_Speed_Limit"))
    conditions.push_back({"host_cpu_speed_percent", static_cast<double>(*limit)});
}

}  // namespace

std::vector<Metric> read_conditions(const ConditionTexts& texts) {
  std::vector<Metric> conditions;
  const auto display = texts.display ? ioreg_number(*texts.display, "CurrentPowerState") : std::nullopt;
  // 4 is on, 3 dimmed; what is below sleeps.
  if (display) conditions.push_back({"host_display_on", *display >= 3 ? 1.0 : 0.0});
  const std::string lid = texts.root ? line_holding(*texts.root, "\"AppleClamshellState\"") : "";
  if (!lid.empty()) conditions.push_back({"host_lid_open", lid.ends_with("Yes") ? 0.0 : 1.0});
  if (texts.power && contains(*texts.power, "Now drawing from"))
    conditions.push_back({"host_on_mains", contains(*texts.power, "'AC Power'") ? 1.0 : 0.0});
  if (texts.heat) add_heat(*texts.heat, conditions);
  return conditions;
}

}  // namespace faultline

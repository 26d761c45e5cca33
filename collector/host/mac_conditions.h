// What a Mac was like while a trial ran, as numbers that are stored with the trial. Pure.
//
// The system kills GPU work that takes too long sooner where a display is on, and heat and batteries slow it:
// both move crash rates.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/model/trial.h"

namespace faultline {

struct ConditionTexts {
  std::optional<std::string> display;  ///< `ioreg -r -d1 -n IODisplayWrangler`
  std::optional<std::string> root;     ///< `ioreg -r -d1 -k AppleClamshellState`
  std::optional<std::string> power;    ///< `pmset -g batt`
  std::optional<std::string> heat;     ///< `pmset -g therm`
};

/// `host_display_on`, `host_lid_open`, `host_on_mains` (0 or 1), `host_thermal_warning` (0: none) and
/// `host_cpu_speed_percent`; those that the texts do not tell are absent (a desktop has no lid).
std::vector<Metric> read_conditions(const ConditionTexts& texts);

}  // namespace faultline

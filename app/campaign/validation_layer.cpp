#include "app/campaign/validation_layer.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// API validation under its present and its older name, and that of shaders.
constexpr std::array<std::string_view, 3> kVariables{"MTL_DEBUG_LAYER", "METAL_DEVICE_WRAPPER_TYPE",
                                                     "MTL_SHADER_VALIDATION"};

bool is_on(const std::string& value) {
  const std::string word = to_lower(value);
  return !word.empty() && word != "0" && word != "false" && word != "no" && word != "off" && word != "none";
}

bool is_named_for_a_layer(const std::string& parameter) {
  const std::string name = to_lower(parameter);
  return contains(name, "validation") || contains(name, "debug_layer") || contains(name, "device_wrapper");
}

/// The value with the cell's parameters in their places; a parameter that is unset takes the variable away.
std::string filled(std::string value, const Cell& cell) {
  for (const auto& [name, parameter] : cell.parameters) {
    const std::string place = "{" + name + "}";
    for (auto at = value.find(place); at != std::string::npos; at = value.find(place, at)) {
      if (parameter.unset) return {};
      value.replace(at, place.size(), parameter.value);
      at += parameter.value.size();
    }
  }
  return value;
}

/// What a trial of the cell finds in the variables that switch layers on: the last that is said holds.
std::map<std::string, std::string> layer_variables(const Cell& cell, const Campaign& campaign,
                                                   const RunRecord& run) {
  std::map<std::string, std::string> values;
  for (const std::string_view name : kVariables) {
    const std::string fact = "env." + std::string(name);
    for (const auto* facts : {&run.facts, &run.host.more}) {
      for (const auto& [known, value] : *facts) {
        if (known == fact) values[std::string(name)] = value;
      }
    }
  }
  if (cell.workload_index >= campaign.workloads.size()) return values;
  const Workload& workload = campaign.workloads[cell.workload_index];
  for (const EnvSetting& setting : workload.env) {
    if (std::find(kVariables.begin(), kVariables.end(), setting.name) != kVariables.end())
      values[setting.name] = setting.value ? filled(*setting.value, cell) : std::string();
  }
  for (const std::string& word : workload.command) {
    const auto equals = word.find('=');
    if (equals == std::string::npos) continue;
    const std::string name = word.substr(0, equals);
    if (std::find(kVariables.begin(), kVariables.end(), name) != kVariables.end())
      values[name] = filled(word.substr(equals + 1), cell);
  }
  return values;
}

}  // namespace

bool has_validation_layer(const Cell& cell, const Campaign& campaign, const RunRecord& run) {
  for (const auto& [name, value] : cell.parameters) {
    if (is_named_for_a_layer(name) && !value.unset && is_on(value.value)) return true;
  }
  const auto variables = layer_variables(cell, campaign, run);
  return std::any_of(variables.begin(), variables.end(),
                     [](const auto& variable) { return is_on(variable.second); });
}

}  // namespace faultline

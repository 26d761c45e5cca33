#include "core/model/campaign.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/base/enum_text.h"
#include "core/model/trial.h"

namespace faultline {
namespace {

constexpr std::array<EnumText<ParameterType>, 4> kParameterTypes{{
    {ParameterType::text, "text"},
    {ParameterType::integer, "integer"},
    {ParameterType::real, "real"},
    {ParameterType::boolean, "boolean"},
}};
static_assert(is_complete(kParameterTypes, ParameterType::boolean));

constexpr std::array<EnumText<RunState>, 4> kRunStates{{
    {RunState::running, "running"},
    {RunState::finished, "finished"},
    {RunState::interrupted, "interrupted"},
    {RunState::stopped, "stopped"},
}};
static_assert(is_complete(kRunStates, RunState::stopped));

constexpr std::array<EnumText<StopRule::When>, 3> kStopWhens{{
    {StopRule::When::interval, "interval"},
    {StopRule::When::decided, "decided"},
    {StopRule::When::below, "below"},
}};
static_assert(is_complete(kStopWhens, StopRule::When::below));

}  // namespace

std::string_view parameter_type_text(ParameterType type) { return enum_text(kParameterTypes, type); }
std::optional<ParameterType> parse_parameter_type(std::string_view text) {
  return parse_enum(kParameterTypes, text);
}

std::string_view run_state_text(RunState state) { return enum_text(kRunStates, state); }
std::optional<RunState> parse_run_state(std::string_view text) { return parse_enum(kRunStates, text); }

std::string_view stop_when_text(StopRule::When when) { return enum_text(kStopWhens, when); }
std::optional<StopRule::When> parse_stop_when(std::string_view text) { return parse_enum(kStopWhens, text); }

std::string stop_rule_text(const StopRule& rule) {
  std::string out = fmt::format("{{ when = \"{}\", ", stop_when_text(rule.when));
  switch (rule.when) {
    case StopRule::When::interval:
      return out + fmt::format("width = {} }}", rule.width);
    case StopRule::When::decided:
      return out + fmt::format("against = {} }}", nlohmann::json(rule.against).dump());
    case StopRule::When::below:
      return out + fmt::format("rate = {} }}", rule.rate);
  }
  return out;
}

std::string Cell::text() const {
  if (parameters.empty()) return workload;
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += ' ';
    out += name;
    out += '=';
    out += value.label;
  }
  return out;
}

std::string where_run(const RunRecord& run) { return "run=" + run.uuid.text(); }

std::vector<std::string> workloads_of(const RunRecord& run) {
  std::vector<std::string> names;
  for (const Cell& cell : run.cells) {
    if (std::find(names.begin(), names.end(), cell.workload) == names.end()) names.push_back(cell.workload);
  }
  return names;
}

std::vector<std::pair<std::string, ParameterType>> parameters_of(const RunRecord& run,
                                                                 std::string_view workload) {
  std::vector<std::pair<std::string, ParameterType>> parameters;
  const auto cell = std::find_if(run.cells.begin(), run.cells.end(),
                                 [&](const Cell& each) { return each.workload == workload; });
  if (cell == run.cells.end()) return parameters;
  for (const auto& [name, value] : cell->parameters) parameters.emplace_back(name, value.type);
  return parameters;
}

std::vector<std::string> parameter_names_of(const RunRecord& run, std::string_view workload) {
  std::vector<std::string> names;
  for (auto& [name, type] : parameters_of(run, workload)) names.push_back(std::move(name));
  return names;
}

}  // namespace faultline

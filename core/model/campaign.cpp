#include "core/model/campaign.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "core/base/enum_text.h"
#include "core/model/trial.h"

namespace faultline {
namespace {

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

}  // namespace faultline

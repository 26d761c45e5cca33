#include "core/campaign.h"

#include <array>

#include "core/enum_text.h"
#include "core/trial.h"

namespace faultline {
namespace {

constexpr std::array<EnumText<RunState>, 4> kRunStates{{
    {RunState::running, "running"},
    {RunState::finished, "finished"},
    {RunState::interrupted, "interrupted"},
    {RunState::stopped, "stopped"},
}};
static_assert(is_complete(kRunStates, RunState::stopped));

}  // namespace

std::string_view run_state_text(RunState state) { return enum_text(kRunStates, state); }
std::optional<RunState> parse_run_state(std::string_view text) { return parse_enum(kRunStates, text); }

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

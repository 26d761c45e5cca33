#include "collector/plan/stop_rule_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace faultline {
namespace {

/// The one setting that goes with each kind of rule.
std::string_view setting_of(StopRule::When when) {
  static constexpr std::array<std::string_view, 3> kSettings{"width", "against", "rate"};
  return kSettings[static_cast<std::size_t>(when)];
}

std::optional<StopRule::When> read_when(const TomlMember& member, CampaignValues& values) {
  std::optional<StopRule::When> when;
  if (member.value.type == TomlType::text) when = parse_stop_when(member.value.text);
  if (!when) values.wrong_type(member, R"("interval", "decided" or "below")");
  return when;
}

void read_setting(const TomlMember& member, StopRule& rule, CampaignValues& values) {
  static constexpr std::array<std::string_view, 4> kKnown{"when", "width", "against", "rate"};
  if (std::find(kKnown.begin(), kKnown.end(), member.name) == kKnown.end()) {
    values.unknown(member, "in stop", kKnown, "campaign.stop");
  } else if (member.name != setting_of(rule.when)) {
    values.add(member.line, fmt::format("stop = {{ when = \"{}\" }} takes {}, not {}",
                                        stop_when_text(rule.when), setting_of(rule.when), member.name));
  } else if (member.name == "against") {
    if (const auto value = values.text(member)) rule.against = *value;
  } else if (const auto value = values.share(member)) {
    (member.name == "width" ? rule.width : rule.rate) = *value;
  }
}

}  // namespace

void read_stop_rule(const TomlValue& table, std::size_t line, StopRule& rule, CampaignValues& values) {
  std::optional<StopRule::When> when;
  bool has_when = false;
  for (const TomlMember& member : table.members) {
    values.set_line("campaign.stop." + member.name, member.line);
    if (member.name != "when") continue;
    has_when = true;
    when = read_when(member, values);
  }
  if (!has_when) values.add(line, R"(stop has no when; wanted "interval", "decided" or "below")");
  if (!when) return;
  rule.when = *when;
  for (const TomlMember& member : table.members) {
    if (member.name != "when") read_setting(member, rule, values);
  }
  const std::string_view wanted = setting_of(*when);
  if (table.find(wanted) == nullptr) {
    values.add(line, fmt::format(
                         "stop = {{ when = \"{}\" }} has no {}; wanted as {}", stop_when_text(*when), wanted,
                         wanted == "against" ? R"(against = "lock=none")" : fmt::format("{} = 0.1", wanted)));
  }
}

}  // namespace faultline

// `stop = { when = "interval", width = 0.1 }` of a campaign file.

#pragma once

#include "collector/plan/campaign_values.h"
#include "core/model/campaign.h"

namespace faultline {

/// Reads the rule into `rule`, where `allocate` may stand already; mistakes go to `values`, those about what
/// is missing at `line`.
void read_stop_rule(const TomlValue& table, std::size_t line, StopRule& rule, CampaignValues& values);

}  // namespace faultline

// One [[workload]] of a campaign file.

#pragma once

#include <string>

#include "collector/plan/campaign_values.h"
#include "core/model/campaign.h"

namespace faultline {

/// `path` is where the table stands, as `workload.0`; mistakes go to `values`.
Workload read_workload(const TomlValue& table, const std::string& path, CampaignValues& values);

}  // namespace faultline

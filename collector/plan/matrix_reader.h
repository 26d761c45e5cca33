// `matrix = { threads = [1, 2, 8] }` of a workload in a campaign file.

#pragma once

#include <string>
#include <vector>

#include "collector/plan/campaign_values.h"
#include "core/model/campaign.h"

namespace faultline {

/// The parameters in the order of the file. `path` is where the matrix stands, as `workload.0.matrix`;
/// mistakes go to `values`, and what they are about is left out.
std::vector<MatrixParameter> read_matrix(const TomlMember& entry, const std::string& path,
                                         CampaignValues& values);

/// True for `{ unset = true }`, which takes a variable away.
bool is_unset(const TomlValue& value);

}  // namespace faultline

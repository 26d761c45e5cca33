// Which trials ran with one of Metal's checking layers on, as far as their campaign says.

#pragma once

#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// By a parameter that is named for a layer, or by the variables that switch one on: in the environment or
/// the command of the cell's workload (`MTL_DEBUG_LAYER=1`), else in the environment in which the run began,
/// which is among its facts. `campaign` is the one that the run's text stands for.
bool has_validation_layer(const Cell& cell, const Campaign& campaign, const RunRecord& run);

}  // namespace faultline

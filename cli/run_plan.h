// The plan of a run, for `run --dry-run`.

#pragma once

#include <cstdint>
#include <string>

#include "core/campaign.h"
#include "core/filter.h"
#include "core/result.h"

namespace faultline {

/// What would be run: blocks, cells with their commands, limits, control, and how long at most.
Result<std::string> describe_plan(const Campaign& campaign, std::int64_t blocks, const Filter& only);

}  // namespace faultline

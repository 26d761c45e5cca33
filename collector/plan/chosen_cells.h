// The cells of a campaign that a filter lets through, and what is wrong with a filter that means none.

#pragma once

#include <vector>

#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/filter.h"

namespace faultline {

/// Fails where `filter` asks for a workload or a parameter value that none of `cells` has.
Result<void> check_cell_values(const Filter& filter, const std::vector<Cell>& cells);

/// The cells of `campaign` that `only` lets through, in the campaign's order. A field or a value that the
/// campaign does not have is an error, as is a filter that lets nothing through.
Result<std::vector<Cell>> choose_cells(const Campaign& campaign, const Filter& only);

}  // namespace faultline

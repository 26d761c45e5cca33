// Which cells a stop rule compares with which.

#pragma once

#include <cstddef>
#include <vector>

#include "core/base/result.h"
#include "core/model/campaign.h"

namespace faultline {

/// For each cell those that it is compared with; nothing for the cells that the rule compares against, and
/// nothing at all for rules that compare nothing.
///
/// Of the cells that `against` matches, a cell's like are those that equal it in every parameter that
/// `against` does not name: with `against = "lock=none"`, threads=8 lock=global is compared with threads=8
/// lock=none. A filter that is none, that matches no cell or every cell, and a cell without its like are
/// errors with their remedy.
Result<std::vector<std::vector<std::size_t>>> cells_against(const StopRule& rule,
                                                            const std::vector<Cell>& cells);

}  // namespace faultline

// Which rows of a table are shown, and in which order.

#pragma once

#include <cstddef>
#include <string_view>

#include "core/base/result.h"
#include "reports/formats/table.h"

namespace faultline {

/// Sorts the rows by a column: `reports`, `last_seen`, `rate:desc`. Rows without a value come last; equal
/// ones keep their order. The column is named by its key or its title; an unknown one is an error that lists
/// them.
Result<void> sort_rows(Table& table, std::string_view by);

/// Keeps the first `limit` rows, and says in a footnote how many there are; 0 keeps all.
void limit_rows(Table& table, std::size_t limit);

}  // namespace faultline

// The columns by which the store's rows are grouped, as columns of a table.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "db/queries.h"
#include "reports/formats/table.h"

namespace faultline {

/// A value of the store as a cell.
CellValue cell_value(const QueryValue& value);
/// nullopt for anything but numbers.
std::optional<double> number_in(const QueryValue& value);

/// A column for each name; right-aligned where all of its values are numbers. `values_of(i)` are the group
/// values of row i, one a name.
std::vector<Column> group_columns(
    const std::vector<std::string>& names, std::size_t rows,
    const std::function<const std::vector<QueryValue>&(std::size_t)>& values_of);

/// The distinct values across a pivot, in the order of the rows; numbers in their own order.
std::vector<QueryValue> pivot_heads(const std::vector<QueryValue>& in_row_order);
/// `threads 8`
std::string pivot_title(const std::string& name, const QueryValue& head);

}  // namespace faultline

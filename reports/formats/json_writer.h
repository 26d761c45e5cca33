// Tables as JSON: the facts of the table, then `"rows"`, an array of objects with typed values.

#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reports/formats/table.h"

namespace faultline {

/// A table as one value: its facts, then `rows`. Keys are those of machine_keys(); null is null, infinite and
/// undefined numbers too; unsigned offsets are exact integers. For documents that hold tables.
nlohmann::ordered_json table_json(const Table& table);
/// Its rows alone.
nlohmann::ordered_json rows_json(const Table& table);

}  // namespace faultline

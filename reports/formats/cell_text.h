// A cell as people read it, in the pieces that line up under each other.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/formats/table.h"

namespace faultline {

/// The unescaped text of a cell. Most have one piece; a rate has three (`28/50`, `56 %`, `[41 %, 70 %]`),
/// an estimate two. Null has one empty piece. Of a cell that has a brief form, that one unless `whole`.
std::vector<std::string> cell_pieces(const TableCell& cell, const Column& column, bool whole = false);

/// The pieces with two spaces between them.
std::string cell_text(const TableCell& cell, const Column& column);

/// What a cell is sorted by, where it is a number: of a rate its share.
std::optional<double> cell_number(const CellValue& value);

/// A time in UTC for people, to the minute: `2025-12-21T01:36:18.286Z` -> `2025-12-21 01:36Z`. Null where
/// there is none; as it is where it is none of ours.
CellValue short_time(const std::string& utc);

/// The beginning of a UUID or a hash: eight digits tell those of one store apart.
std::string short_id(std::string_view id);

}  // namespace faultline

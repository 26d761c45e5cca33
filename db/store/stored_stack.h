// Stacks and numbers as they are read back from their columns.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"

namespace faultline {

class Connection;
class Statement;

/// A `…_hex` column; nullopt for NULL.
std::optional<std::uint64_t> maybe_hex(const Statement& row, int column);

/// Innermost frame first.
Result<std::vector<StackFrameRow>> read_stack(Connection& connection, std::int64_t stack_id);

}  // namespace faultline

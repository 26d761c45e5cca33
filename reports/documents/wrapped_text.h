// A document's blocks as plain text with short lines and no tables: what the one text field of a bug form
// takes.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/documents/document.h"
#include "reports/formats/table.h"

namespace faultline {

/// Lines are no longer than this, but for commands and words that are longer by themselves.
inline constexpr std::size_t kWrappedColumns = 80;

/// Controls and the like are shown, not sent. What is broken goes on below its own beginning.
std::string plain_blocks(const std::vector<Block>& blocks);

/// Rows as list items, `threads 8, lock none: 28/50 56 % [41 %, 70 %]; passed 22`; commands below,
/// on a line of their own that is never broken: they are to be copied.
std::string plain_table(const Table& table);

/// A person's own words, with their line ends.
std::string plain_prose(std::string_view prose);

}  // namespace faultline

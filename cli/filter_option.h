// --where, --count and their like, as every command reads them: told before they become numbers.

#pragma once

#include <optional>
#include <string>

#include "cli/commands.h"
#include "core/base/result.h"
#include "core/model/filter.h"
#include "db/store.h"

namespace faultline {

/// Adds --allow-empty, for commands that take a filter.
void add_allow_empty(CLI::App& command, CommandContext& context);

/// parse_optional_filter(), and then checked against the store: a value that occurs nowhere is a mistake
/// unless --allow-empty is given. A crash site that no report has is printed as a warning.
Result<std::optional<Filter>> read_filter(Store& store, const CommandContext& context,
                                          const std::string& option, const std::string& text);

/// --count, checked alike.
Result<Filter> read_count(Store& store, const CommandContext& context, const std::string& text);

}  // namespace faultline

// --where, --count and their like, as every command reads them. Mistakes are reported before anything is
// counted.

#pragma once

#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/model/filter.h"
#include "db/store.h"

namespace CLI {
class App;
}

namespace faultline {

/// Adds --allow-empty, for commands that take a filter.
void add_allow_empty(CLI::App& command, bool& allow_empty);

/// parse_optional_filter(), and then checked against the store: a value that occurs nowhere is a mistake
/// unless `allow_empty`.
Result<std::optional<Filter>> read_filter(Store& store, bool allow_empty, const std::string& option,
                                          const std::string& text);

/// The same of reports, where what crashed may be asked for: a crash site that no report has is printed as a
/// warning.
Result<std::optional<Filter>> read_report_filter(Store& store, bool allow_empty, const std::string& option,
                                                 const std::string& text);

/// --count, checked and warned of alike.
Result<Filter> read_count(Store& store, bool allow_empty, const std::string& text);

}  // namespace faultline

// Lists and small maps of text as JSON columns.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace faultline {

class Connection;

/// `["a", "b"]`.
std::string json_array(const std::vector<std::string>& values);
/// `{"a": "b"}`, in the order given.
std::string json_object(const std::vector<std::pair<std::string, std::string>>& members);
/// Reads either back by SQLite's own JSON functions; NULL and empty text give nothing.
Result<std::vector<std::string>> read_json_array(Connection& connection, std::string_view json);
Result<std::vector<std::pair<std::string, std::string>>> read_json_object(Connection& connection,
                                                                          std::string_view json);

}  // namespace faultline

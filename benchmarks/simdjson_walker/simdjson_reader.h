// The same parser on simdjson, behind names that do not meet ours.

#pragma once

#include <string>
#include <string_view>

/// parse_report() with its JSON read by simdjson; false where the report has issues or no threads.
bool parse_with_simdjson(std::string_view bytes);
/// What it read, written out again by write_ips().
std::string rewrite_with_simdjson(std::string_view bytes);

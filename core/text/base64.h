// Bytes as text of RFC 4648's standard alphabet.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultline {

/// With padding, in one line.
std::string base64_text(const std::vector<std::uint8_t>& bytes);

/// Whitespace is ignored, and padding may be missing; nullopt for anything else that is no base64.
std::optional<std::vector<std::uint8_t>> parse_base64(std::string_view text);

}  // namespace faultline

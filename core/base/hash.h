// Content hashes: keys for merging and de-duplication. Not for secrets.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

/// XXH3, 64 bits.
std::uint64_t hash64(std::string_view bytes);
/// hash64 as 16 lower-case hex digits: keys of sites and families.
std::string hash64_hex(std::string_view bytes);
/// XXH3, 128 bits, as 32 lower-case hex digits: keys of stored content.
std::string hash128_hex(std::string_view bytes);

/// `0x` and lower-case hex without leading zeros, as addresses are shown.
std::string hex(std::uint64_t value);
/// Exactly 16 lower-case hex digits, as addresses are stored.
std::string hex16(std::uint64_t value);
std::optional<std::string> hex16_or_null(const std::optional<std::uint64_t>& value);

}  // namespace faultline

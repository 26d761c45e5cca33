#include "core/base/hash.h"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace faultline {

std::uint64_t hash64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string hash64_hex(std::string_view bytes) { return hex16(hash64(bytes)); }

std::string hash128_hex(std::string_view bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return hex16(hash.high64) + hex16(hash.low64);
}

std::string hex(std::uint64_t value) { return fmt::format("0x{:x}", value); }
std::string hex16(std::uint64_t value) { return fmt::format("{:016x}", value); }

std::optional<std::string> hex16_or_null(const std::optional<std::uint64_t>& value) {
  if (!value) return std::nullopt;
  return hex16(*value);
}

}  // namespace faultline

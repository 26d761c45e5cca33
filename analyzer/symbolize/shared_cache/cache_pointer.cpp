#include "analyzer/symbolize/shared_cache/cache_pointer.h"

#include "analyzer/symbolize/shared_cache/cache_layout.h"

namespace faultline {
namespace {

constexpr std::uint64_t low_bits(unsigned count) { return (std::uint64_t{1} << count) - 1; }

}  // namespace

bool read_cache_pointers(ByteView info, CachePointers& pointers) {
  const auto version = info.little<std::uint32_t>(0);
  if (!version) return false;
  pointers = CachePointers{*version, 0, 0};
  switch (*version) {
    case 1:
      return true;
    case 2: {
      const auto mask = info.little<std::uint64_t>(cache_layout::kSlide2DeltaMask);
      const auto add = info.little<std::uint64_t>(cache_layout::kSlide2ValueAdd);
      pointers.delta_mask = mask.value_or(0);
      pointers.value_add = add.value_or(0);
      return mask && add;
    }
    case 3:
    case 5: {
      const auto add = info.little<std::uint64_t>(cache_layout::kSlide3ValueAdd);
      pointers.value_add = add.value_or(0);
      return add.has_value();
    }
    default:
      return false;
  }
}

LinkAddress decode_cache_pointer(std::uint64_t raw, const CachePointers& pointers) {
  if (raw == 0) return {};
  const bool authenticated = (raw >> 63) != 0;
  switch (pointers.version) {
    case 2: {
      const std::uint64_t value = raw & ~pointers.delta_mask;
      return {value == 0 ? 0 : value + pointers.value_add};
    }
    case 3:
      return {authenticated ? (raw & low_bits(32)) + pointers.value_add : raw & low_bits(43)};
    case 5:
      return {(raw & low_bits(34)) + pointers.value_add};
    default:
      return {strip_pointer_authentication(raw)};
  }
}

}  // namespace faultline

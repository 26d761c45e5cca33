// The three kinds of address that must never be mixed up.

#pragma once

#include <compare>
#include <cstdint>

namespace faultline {

/// Where something was in the memory of the process that crashed.
struct RuntimeAddress {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const RuntimeAddress&, const RuntimeAddress&) = default;
};

/// Bytes from the load address of an image.
struct ImageOffset {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const ImageOffset&, const ImageOffset&) = default;
};

/// An address as written in an object file, before any slide.
struct LinkAddress {
  std::uint64_t value = 0;
  friend constexpr auto operator<=>(const LinkAddress&, const LinkAddress&) = default;
};

/// Wraps around at the top of memory, as the reporters do.
constexpr RuntimeAddress operator+(RuntimeAddress base, ImageOffset offset) {
  return {base.value + offset.value};
}
constexpr ImageOffset operator-(RuntimeAddress address, RuntimeAddress base) {
  return {address.value - base.value};
}

/// arm64 user space is 47 bits wide on macOS; what stands above is pointer authentication or a tag.
/// Narrower masks destroy 0x6000… heap addresses.
inline constexpr std::uint64_t kPointerMask = 0x00007fffffffffffULL;
constexpr std::uint64_t strip_pointer_authentication(std::uint64_t pointer) { return pointer & kPointerMask; }

}  // namespace faultline

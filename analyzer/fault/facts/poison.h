// Bit patterns that allocators and debug builds write over memory that is not to be used.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace faultline {

struct Poison {
  std::uint64_t pattern = 0;
  std::string_view meaning;  ///< `freed memory as MallocScribble leaves it`
};

/// A value that is a pattern, or lies within 4 KiB above or below one (a field of such a pointer).
std::optional<Poison> find_poison(std::uint64_t value);

}  // namespace faultline

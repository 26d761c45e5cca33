// How long a Rust name (v0 mangling) is when its back references are written out.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace faultline {

/// An upper bound, without writing it out; nullopt where the name is none (`_R…` expected). Stops counting
/// somewhat above `limit`, and at a part that holds itself. Recurses up to once for each character.
std::optional<std::uint64_t> rust_name_size(std::string_view name, std::uint64_t limit);

}  // namespace faultline

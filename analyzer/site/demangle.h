// Readable names for the mangled ones that some reports carry.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// C++ (`_Z…`, with one or two underscores before) and Rust (`_R…`) names in words; anything else, and
/// what cannot be read, as it is. Reports name most C++ functions readably, Rust's newer ones seldom.
std::string demangled(std::string_view name);

}  // namespace faultline

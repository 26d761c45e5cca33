// Patterns of names, as a shell has them.

#pragma once

#include <string>

namespace faultline {

/// `libcuda*` fits `libcuda.so.1`; `*`, `?` and `[a-z]` as in fnmatch(3), the whole name, in its case.
bool fits_glob(const std::string& name, const std::string& pattern);

}  // namespace faultline

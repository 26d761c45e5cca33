// Function and image names in the two forms that sites are keyed by: exact, and by family.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// The function's name in words (C++ and Rust), without what differs from build to build of the same source:
/// hashes of Rust,
/// `.cold` and `[clone …]` parts, numbers of lambdas and blocks, ABI tags, `std::__1`. Template
/// arguments and argument lists stay. One line: each run of whitespace becomes a single space.
std::string normalised_function(std::string_view symbol);

/// False for what is no name of one function: empty, `<redacted>`, `<deduplicated_symbol>`, `???`.
bool is_usable_name(std::string_view symbol);

/// A normalised name without what differs between GPU generations: `AGXG16XFamily` becomes
/// `AGXG*Family`, `HAL200` `HAL*`; template arguments and argument lists are left out.
std::string family_function(std::string_view normalised);

/// `AGXMetalG16X`, `AGXMetalG16G-B0` and `AGXMetal13_3` become `AGXMetal*`.
std::string family_image(std::string_view image);

/// True for Apple's GPU drivers, whose functions are large and whose names stem from the driver.
bool is_gpu_driver_image(std::string_view image);

}  // namespace faultline

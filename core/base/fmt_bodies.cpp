// fmt's bodies, for programs that must not load libfmt: Debian has no static one.
//
// Compiled without inlining, so that every body used here is also there for other object files.

#define FMT_HEADER_ONLY 1
#include <fmt/format.h>

#include <string>

namespace faultline {

/// Never called: using vformat is what brings its bodies, and all that they use, into this file.
std::string format_with_all_bodies(fmt::string_view format, fmt::format_args arguments) {
  return fmt::vformat(format, arguments);
}

}  // namespace faultline

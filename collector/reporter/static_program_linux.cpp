// What a fully static faultline-report needs besides the archives: fmt's bodies, since Debian has no static
// libfmt, and an answer to libdw, which would load a download client while the program starts.
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

/// The linker sends every dlopen() here (`--wrap=dlopen`). libdw asks for libdebuginfod when it is loaded;
/// this program never downloads symbols, and a static program must not load libraries.
extern "C" void* __wrap_dlopen(const char* /*file*/, int /*mode*/);  // NOLINT(bugprone-reserved-identifier)
extern "C" void* __wrap_dlopen(const char* /*file*/, int /*mode*/) { return nullptr; }

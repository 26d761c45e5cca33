#include <mach-o/dyld.h>

#include <cstdint>
#include <string>

#include "core/process/this_program.h"

namespace faultline {

std::filesystem::path this_program() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);  // Gives the size that is needed.
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) != 0) return {};
  path.resize(path.find('\0'));
  return path;
}

}  // namespace faultline

#include "core/process/this_program.h"

namespace faultline {

std::filesystem::path this_program() {
  std::error_code failed;
  auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::filesystem::path() : path;
}

}  // namespace faultline

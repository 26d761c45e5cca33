#include "app/host/samples_folder.h"

#include <cstdlib>
#include <system_error>

namespace faultline {

std::filesystem::path find_samples_folder(const std::filesystem::path& program_folder) {
  if (const char* variable = std::getenv("FAULTLINE_SAMPLES"); variable != nullptr) return variable;
  std::error_code ignored;
  for (const auto* place : {"../samples", "../libexec/faultline/samples"}) {
    const auto folder = program_folder / place;
    if (std::filesystem::is_directory(folder, ignored)) return std::filesystem::canonical(folder, ignored);
  }
  return program_folder / "../samples";
}

}  // namespace faultline

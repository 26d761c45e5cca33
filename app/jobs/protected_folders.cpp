#include "app/jobs/protected_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "core/text/ascii.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;

fs::path real_path(const fs::path& path) {
  std::error_code failed;
  const fs::path real = fs::weakly_canonical(path, failed);
  return failed ? path.lexically_normal() : real;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  auto part = path.begin();
  for (const fs::path& wanted : folder) {
    if (part == path.end() || !equal_ignoring_case(part->string(), wanted.string())) return false;
    ++part;
  }
  return true;
}

}  // namespace

Result<void> check_protected_folders(const std::vector<fs::path>& paths, const JobSystem& system) {
  for (const fs::path& path : paths) {
    const fs::path real = real_path(path);
    const auto around =
        std::find_if(system.protected_folders.begin(), system.protected_folders.end(),
                     [&](const fs::path& folder) { return lies_in(real, real_path(folder)); });
    if (around == system.protected_folders.end()) continue;
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("{} lies in {}, which the system keeps from its jobs: they would fail without a question "
                    "on the screen. Put it elsewhere, as below ~/faultline",
                    path.string(), around->string()));
  }
  return {};
}

}  // namespace faultline

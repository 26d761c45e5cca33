#include <sys/mount.h>
#include <sys/param.h>

#include "db/sqlite/file_system_kind.h"

namespace faultline {

std::optional<std::string> network_file_system_of(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(path, ignored);
  struct statfs facts{};
  while (statfs(at.c_str(), &facts) != 0) {
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  if ((facts.f_flags & MNT_LOCAL) != 0) return std::nullopt;
  return std::string(facts.f_fstypename);
}

}  // namespace faultline

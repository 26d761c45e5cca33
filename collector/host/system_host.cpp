#include <sys/statvfs.h>

#include <cstdlib>

#include "collector/host/host_probe.h"

namespace faultline {

std::optional<std::uint64_t> SystemHost::free_bytes(const std::filesystem::path& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

std::optional<double> SystemHost::load_1min() {
  double load = 0.0;
  if (::getloadavg(&load, 1) != 1) return std::nullopt;
  return load;
}

}  // namespace faultline

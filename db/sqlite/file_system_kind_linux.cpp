#include <sys/vfs.h>

#include <array>

#include "db/sqlite/file_system_kind.h"

namespace faultline {
namespace {

struct NetworkFileSystem {
  unsigned long magic;
  const char* name;
};

// statfs(2) and linux/magic.h.
constexpr std::array<NetworkFileSystem, 7> kNetworkFileSystems{{
    {0x6969, "nfs"},
    {0x517b, "smb"},
    {0xff534d42, "cifs"},
    {0xfe534d42, "smb2"},
    {0x5346414f, "afs"},
    {0x00c36400, "ceph"},
    {0x0bd00bd0, "lustre"},
}};

}  // namespace

std::optional<std::string> network_file_system_of(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::path at = std::filesystem::absolute(path, ignored);
  struct statfs facts{};
  while (statfs(at.c_str(), &facts) != 0) {
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  // f_type is signed on some systems: compare the low 32 bits.
  const unsigned long magic = static_cast<unsigned long>(facts.f_type) & 0xffffffffUL;
  for (const auto& known : kNetworkFileSystems) {
    if (known.magic == magic) return known.name;
  }
  return std::nullopt;
}

}  // namespace faultline

#include <sys/utsname.h>

#include <algorithm>
#include <cctype>

#include "collector/reporter/ptrace/host_identity.h"
#include "collector/trial/process_tree.h"
#include "core/files/text_file.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

std::optional<std::string> read_line(const char* path) {
  auto text = read_file(path);
  if (!text) return std::nullopt;
  // The device tree's model ends in a zero byte.
  while (!text->empty() && (text->back() == '\n' || text->back() == '\0' || text->back() == ' '))
    text->pop_back();
  if (text->empty()) return std::nullopt;
  return *text;
}

}  // namespace

HostIdentity read_host_identity() {
  HostIdentity host;
  utsname kernel{};
  if (::uname(&kernel) == 0) {
    host.os_build = kernel.release;
    const auto major = host.os_build.find('.');
    const auto minor = host.os_build.find_first_not_of("0123456789", major + 1);
    host.os_train = std::string(kernel.sysname) + " " + host.os_build.substr(0, minor);
  }
  host.model = read_line("/sys/class/dmi/id/product_name");
  if (!host.model) host.model = read_line("/proc/device-tree/model");
  host.boot_session = to_upper(read_boot_session());
  return host;
}

}  // namespace faultline

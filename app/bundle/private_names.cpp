#include "app/bundle/private_names.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace faultline {
namespace {

void add_user(Scrubber& scrubber, const std::string& name) {
  if (!name.empty()) scrubber.add(SecretKind::user_name, name);
}

}  // namespace

void add_names_of_this_host(Scrubber& scrubber) {
  std::array<char, 256> buffer{};
  if (::gethostname(buffer.data(), buffer.size() - 1) == 0) {
    const std::string host(buffer.data());
    scrubber.add(SecretKind::host_name, host);
    scrubber.add(SecretKind::host_name, host.substr(0, host.find('.')));
  }
  if (const passwd* account = ::getpwuid(::getuid()); account != nullptr) {
    add_user(scrubber, account->pw_name);
    const std::string full = account->pw_gecos != nullptr ? account->pw_gecos : "";
    add_user(scrubber, full.substr(0, full.find(',')));
    const std::filesystem::path home(account->pw_dir != nullptr ? account->pw_dir : "");
    if (home.has_parent_path() && home.parent_path() != "/") add_user(scrubber, home.filename().string());
  }
  for (const char* variable : {"USER", "LOGNAME"}) {
    if (const char* name = std::getenv(variable); name != nullptr) add_user(scrubber, name);
  }
}

}  // namespace faultline

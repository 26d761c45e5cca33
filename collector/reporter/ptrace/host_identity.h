// What a report says of the machine it was made on.

#pragma once

#include <optional>
#include <string>

namespace faultline {

struct HostIdentity {
  std::string os_train;              ///< `Linux 6.1`
  std::string os_build;              ///< The kernel's release, `6.1.0-18-amd64`.
  std::optional<std::string> model;  ///< As the firmware names it.
  std::string boot_session;          ///< Upper case.
};

HostIdentity read_host_identity();

}  // namespace faultline

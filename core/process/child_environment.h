// The environment that a child process gets: ours, with some variables changed.

#pragma once

#include <optional>
#include <string>
#include <vector>

namespace faultline {

/// One environment variable for a child; without a value it is removed.
struct EnvSetting {
  std::string name;
  std::optional<std::string> value;
  friend bool operator==(const EnvSetting&, const EnvSetting&) = default;
};

/// Our environment with `settings` applied, as `NAME=value` lines; of two settings of one name the later
/// holds.
std::vector<std::string> environment_with(const std::vector<EnvSetting>& settings);

/// As exec wants lists: pointers into `texts`, which must outlive them, and a null at the end.
std::vector<char*> null_terminated(std::vector<std::string>& texts);

}  // namespace faultline

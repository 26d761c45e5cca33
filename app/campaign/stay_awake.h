// Keeps the machine from going to sleep while a campaign runs.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/process/subprocess.h"

namespace faultline {

/// Starts `command` beside us and ends it with this object. A courtesy: where it is empty, or cannot be
/// started, nothing happens.
class StayAwake {
 public:
  explicit StayAwake(const std::vector<std::string>& command);
  ~StayAwake();
  StayAwake(const StayAwake&) = delete;
  StayAwake& operator=(const StayAwake&) = delete;

  [[nodiscard]] bool is_running() const { return process_.has_value(); }

 private:
  std::optional<Subprocess> process_;
};

}  // namespace faultline

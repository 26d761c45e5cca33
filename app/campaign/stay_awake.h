// Keeps the machine from going to sleep while a campaign runs.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace faultline {

/// Starts `command` beside us and ends it with this object. A courtesy: where it is empty, or cannot be
/// started, nothing happens.
class StayAwake {
 public:
  explicit StayAwake(std::vector<std::string> command);
  ~StayAwake();
  StayAwake(const StayAwake&) = delete;
  StayAwake& operator=(const StayAwake&) = delete;

  [[nodiscard]] bool is_running() const { return pid_ > 0; }

 private:
  pid_t pid_ = 0;
};

}  // namespace faultline

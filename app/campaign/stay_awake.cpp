#include "app/campaign/stay_awake.h"

#include <csignal>
#include <utility>

namespace faultline {

StayAwake::StayAwake(const std::vector<std::string>& command) {
  if (command.empty()) return;
  SubprocessCommand wanted;
  wanted.argv = command;
  auto started = Subprocess::start(wanted);
  if (started) process_.emplace(std::move(*started));
}

StayAwake::~StayAwake() {
  if (!process_) return;
  process_->signal_group(SIGTERM);
  static_cast<void>(process_->wait());
}

}  // namespace faultline

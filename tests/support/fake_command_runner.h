// Runs no command: remembers them, and answers as the test says.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "collector/host/command_runner.h"

namespace faultline {

class FakeCommandRunner final : public CommandRunner {
 public:
  std::map<std::vector<std::string>, std::string> outputs;  ///< What output_of() answers; others fail.
  std::vector<HostCommand> ran;                             ///< By run(), in order.
  std::function<bool(const HostCommand&)> refuse = [](const HostCommand&) { return false; };
  std::string printed;  ///< What run() answers.

  Result<std::string> run(const HostCommand& command) override {
    ran.push_back(command);
    if (refuse(command)) return fail(ErrorKind::process, command.argv.front() + " exited with 1");
    return printed;
  }
  Result<std::string> output_of(const std::vector<std::string>& argv,
                                std::chrono::milliseconds /*limit*/) override {
    const auto found = outputs.find(argv);
    if (found == outputs.end()) return fail(ErrorKind::process, argv.front() + " exited with 1");
    return found->second;
  }
};

}  // namespace faultline

// A machine that can be rebooted, filled up and asked, without being one.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "collector/host/host_probe.h"

namespace faultline {

class FakeHost final : public HostProbe {
 public:
  HostFacts host_facts;
  std::optional<std::string> boot = "BOOT-1";
  std::optional<std::uint64_t> free = 100ULL << 30;
  std::optional<double> load = 1.5;
  std::int64_t survivors = 0;                               ///< What end_survivors() answers.
  std::vector<std::filesystem::path> asked_for_survivors;   ///< Trial folders, in order.
  std::map<std::vector<std::string>, std::string> outputs;  ///< Of [facts] commands; others fail.

  std::vector<HostCommand> commands;  ///< Of run_command(), in order.
  std::function<bool(const HostCommand&)> refuse = [](const HostCommand&) { return false; };

  FakeHost() {
    host_facts.host_key = "0123456789abcdef0123456789abcdef";
    host_facts.host_name = "rack-1";
    host_facts.os_name = "macOS";
    host_facts.os_build = "24G419";
    host_facts.agx_version = "329.2";
  }
  HostFacts facts() override {
    HostFacts copy = host_facts;
    copy.boot_session = boot;
    return copy;
  }
  std::optional<std::string> boot_session() override { return boot; }
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& /*path*/) override { return free; }
  std::optional<double> load_1min() override { return load; }
  Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                     const std::string& /*boot_session*/) override {
    asked_for_survivors.push_back(trial_folder);
    return survivors;
  }
  Result<std::string> command_output(const std::vector<std::string>& argv,
                                     std::chrono::milliseconds /*limit*/) override {
    const auto found = outputs.find(argv);
    if (found == outputs.end()) return fail(ErrorKind::process, argv.front() + " exited with 1");
    return found->second;
  }
  Result<std::string> run_command(const HostCommand& command) override {
    commands.push_back(command);
    if (refuse(command)) return fail(ErrorKind::process, command.argv.front() + " exited with 1");
    return std::string();
  }
};

}  // namespace faultline

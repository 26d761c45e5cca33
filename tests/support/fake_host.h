// A machine that can be rebooted, filled up and asked, without being one.

#pragma once

#include <optional>
#include <string>

#include "collector/host/host_probe.h"

namespace faultline {

class FakeHost final : public HostProbe {
 public:
  HostFacts host_facts;
  std::optional<std::string> boot = "BOOT-1";
  std::optional<std::uint64_t> free = 100ULL << 30;
  std::optional<double> load = 1.5;

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
};

}  // namespace faultline

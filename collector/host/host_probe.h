// The questions that a run asks its machine, behind an interface so that tests can fake a reboot.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/model/trial.h"

namespace faultline {

/// Bodies: SystemHost (host_facts_{linux,mac}.cpp); tests have FakeHost.
/// Threads: calls are independent of each other.
class HostProbe {
 public:
  virtual ~HostProbe() = default;
  /// Everything about the machine that is recorded with a run. Never fails: what cannot be read is
  /// absent.
  virtual HostFacts facts() = 0;
  /// Changes with every boot; nullopt where the system has none.
  virtual std::optional<std::string> boot_session() = 0;
  /// Bytes that an ordinary user may still write where `path` is; nullopt where it cannot be asked.
  virtual std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) = 0;
  /// The machine's load over the last minute; nullopt where it cannot be asked.
  virtual std::optional<double> load_1min() = 0;
  /// What else about the machine changes from trial to trial and moves crash rates, by name
  /// (`host_display_on`): stored with the trial. May be some seconds old.
  virtual std::vector<Metric> conditions() { return {}; }
};

/// The machine that we run on.
class SystemHost final : public HostProbe {
 public:
  HostFacts facts() override;
  std::optional<std::string> boot_session() override;
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) override;
  std::optional<double> load_1min() override;
  std::vector<Metric> conditions() override;
};

}  // namespace faultline

// The questions that a run asks its machine, behind an interface so that tests can fake a reboot.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "core/trial.h"

namespace faultline {

/// What became of a process that a killed run left behind.
enum class SurvivorEnd { was_gone, ended, would_not_die };

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
  /// Ends process `pid` and its whole group, if it is still the process that started at
  /// `start_ticks`; a process that merely has the same number is left alone.
  virtual SurvivorEnd end_survivor(std::int64_t pid, std::uint64_t start_ticks) = 0;
};

/// The machine that we run on.
class SystemHost final : public HostProbe {
 public:
  HostFacts facts() override;
  std::optional<std::string> boot_session() override;
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) override;
  SurvivorEnd end_survivor(std::int64_t pid, std::uint64_t start_ticks) override;
};

}  // namespace faultline

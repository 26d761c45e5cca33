// The questions that a run asks its machine, behind an interface so that tests can fake a reboot.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/model/trial.h"

namespace faultline {

/// A command of the user's that is run beside the trials: without a shell, stdin from /dev/null.
struct HostCommand {
  std::vector<std::string> argv;
  std::vector<std::pair<std::string, std::string>> env;  ///< On top of ours.
  std::chrono::milliseconds limit{60'000};               ///< Killed, with its group, after it.
  bool with_errors = false;                              ///< Its stderr is in the output, too.
  std::size_t most_output_bytes = 4096;                  ///< The rest is thrown away.
};

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
  /// Ends what an earlier, killed run left running in that trial folder; see end_surviving_trial().
  virtual Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                             const std::string& boot_session) = 0;
  /// What a command of `[facts]` prints: its stdout without surrounding whitespace, at most 4 KiB. Run
  /// without a shell, stdin from /dev/null, and killed after `limit`. An error where it cannot be
  /// started, fails, or does not end in time.
  virtual Result<std::string> command_output(const std::vector<std::string>& argv,
                                             std::chrono::milliseconds limit) = 0;
  /// As above, told more closely. An error of a command that failed ends with the last line it printed.
  virtual Result<std::string> run_command(const HostCommand& command) = 0;
};

/// The machine that we run on.
class SystemHost final : public HostProbe {
 public:
  HostFacts facts() override;
  std::optional<std::string> boot_session() override;
  std::optional<std::uint64_t> free_bytes(const std::filesystem::path& path) override;
  std::optional<double> load_1min() override;
  Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                     const std::string& boot_session) override;
  Result<std::string> command_output(const std::vector<std::string>& argv,
                                     std::chrono::milliseconds limit) override;
  Result<std::string> run_command(const HostCommand& command) override;
};

}  // namespace faultline

// The files that the output of one trial goes to.

#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "collector/reporter/process/output_file.h"
#include "core/base/clock.h"
#include "core/base/result.h"

namespace faultline {

/// Standard output and standard error, or neither where the command keeps our own streams.
///
/// Ownership: owns the files. Threads: one.
class TrialOutputs {
 public:
  /// `stdout` and `stderr` in `folder`, each kept to about twice `limit_bytes`.
  Result<void> open(const std::filesystem::path& folder, std::uint64_t limit_bytes);

  /// For the command; -1 where nothing is open.
  [[nodiscard]] int output_fd() const { return files_.empty() ? -1 : files_[0].fd(); }
  [[nodiscard]] int error_fd() const { return files_.empty() ? -1 : files_[1].fd(); }

  /// Cuts what has grown beyond its limit, where that is due.
  void guard(MonotonicTime now);
  /// When guard() has something to do next; soon, where much is written.
  [[nodiscard]] MonotonicTime guard_at() const { return guard_at_; }
  void start_guard(MonotonicTime now);
  Result<void> finish();

 private:
  std::vector<OutputFile> files_;
  MonotonicTime guard_at_{0};
};

}  // namespace faultline

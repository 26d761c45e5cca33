// Output of an unattended command in a file that does not grow without end.

#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"

namespace faultline {

/// Beyond this a log is renamed to `<path>.1`, the ones before it to `.2` and on.
inline constexpr std::uint64_t kLargestLogBytes = 8ULL << 20;
/// Renamed logs that are kept.
inline constexpr int kKeptLogs = 5;

/// Takes the place of stdout and stderr for the rest of the program.
/// Threads: one at a time; others may write meanwhile.
class LogFile {
 public:
  /// Makes its folder, rotates a large log that is there, and goes on at the end of a small one.
  static Result<LogFile> open(std::filesystem::path path, std::uint64_t largest_bytes = kLargestLogBytes);
  /// To be called now and then.
  Result<void> rotate_if_large();

 private:
  LogFile(std::filesystem::path path, std::uint64_t largest_bytes)
      : path_(std::move(path)), largest_bytes_(largest_bytes) {}
  [[nodiscard]] Result<void> take_output() const;

  std::filesystem::path path_;
  std::uint64_t largest_bytes_;
};

/// `<path>` becomes `<path>.1`, that `.2`; the oldest one goes. No error where there is nothing.
void rotate_log(const std::filesystem::path& path, int kept = kKeptLogs);

}  // namespace faultline

// Which trial is in flight, on the disk before its command runs: what a run needs to know after a panic.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/clock.h"
#include "core/result.h"
#include "core/scoped_fd.h"

namespace faultline {

struct FlightNote {
  std::int64_t trial_index = 0;
  std::size_t cell_index = 0;
  std::string boot_session;
  WallTime started;
  friend bool operator==(const FlightNote&, const FlightNote&) = default;
};

/// Keeps one note in a file of a fixed size, overwritten in place: one block written through to the
/// disk per trial, without any change to the file system's own structures. A process that dies leaves
/// its folder in the page cache; only what must outlive the machine needs this.
///
/// A note whose trial is recorded has landed without a word; land() is for the end of an execution.
/// Threads: one at a time.
class FlightRecorder {
 public:
  static Result<FlightRecorder> open(const std::filesystem::path& run_folder);

  /// Returns when the note is on the disk.
  Result<void> take_off(const FlightNote& note);
  /// Nothing is in flight any more: a restart of the machine from here on is no trial's doing.
  Result<void> land();

 private:
  FlightRecorder(ScopedFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<void> write(std::string text);

  ScopedFd fd_;
  std::filesystem::path path_;
};

/// The last note; nullopt where there is none, or where it cannot be read.
std::optional<FlightNote> read_flight_note(const std::filesystem::path& run_folder);

}  // namespace faultline

// Notices when somebody sets the wall clock: NTP after a sleep, a person, a virtual machine's host.

#pragma once

#include <chrono>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

/// A stretch of time in which the wall clock went on undisturbed. Times are steady ones, since the start
/// of a trial, and may be negative. Neighbours overlap: when between two looks the clock was set is not
/// known.
struct ClockSegment {
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds until{0};
  /// Of where the wall clock would be had nobody set it since the start; negative: it was set back.
  std::chrono::microseconds ahead{0};
  friend bool operator==(const ClockSegment&, const ClockSegment&) = default;
};

/// Less than this is noise of reading two clocks one after the other. A clock that is slewed instead of
/// set makes a segment whenever it has gone so far.
inline constexpr std::chrono::milliseconds kSmallestClockStep{5};

/// Both clocks at one moment.
struct ClockReading {
  WallTime wall;
  MonotonicTime steady{0};
  [[nodiscard]] std::chrono::nanoseconds offset() const { return wall.time_since_epoch() - steady; }
};
ClockReading read_clocks(const Clock& clock);

/// Compares the wall clock to the steady one whenever it is asked to look.
///
/// Ownership: keeps a reference to the clock. Threads: one at a time.
class ClockWatch {
 public:
  /// Looks for the first time.
  explicit ClockWatch(const Clock& clock);

  void look();
  /// Looks, and makes this moment the start from which segments are told.
  void start();

  [[nodiscard]] WallTime start_wall() const { return start_.wall; }
  [[nodiscard]] MonotonicTime start_steady() const { return start_.steady; }
  /// From the first look to the start.
  [[nodiscard]] std::chrono::nanoseconds looked_before_start() const { return start_.steady - first_look_; }
  /// In order; empty where nobody set the clock. The first began, and the last goes on, beyond our looks.
  [[nodiscard]] std::vector<ClockSegment> segments() const;

 private:
  struct Stretch {
    MonotonicTime from{0};
    MonotonicTime last_look{0};
    MonotonicTime until{0};
    std::chrono::nanoseconds offset{0};
  };
  void note(const ClockReading& reading);

  const Clock& clock_;
  MonotonicTime first_look_{0};
  ClockReading start_;
  std::vector<Stretch> stretches_;
};

}  // namespace faultline

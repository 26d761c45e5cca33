// A clock that moves only when told to, or when somebody sleeps on it.

#pragma once

#include <functional>

#include "core/base/clock.h"

namespace faultline {

class FakeClock final : public Clock {
 public:
  explicit FakeClock(WallTime wall = *parse_utc("2025-12-21T00:00:00.000Z")) : wall_(wall) {}
  [[nodiscard]] WallTime wall() const override { return wall_; }
  [[nodiscard]] MonotonicTime monotonic() const override { return monotonic_; }
  void sleep(std::chrono::nanoseconds duration) override { advance(duration); }

  void advance(std::chrono::nanoseconds duration) {
    monotonic_ += duration;
    wall_ += std::chrono::duration_cast<std::chrono::microseconds>(duration);
    moved();
  }
  /// A step of the wall clock alone, as NTP or a person makes it.
  void step_wall(std::chrono::microseconds by) { wall_ += by; }

  /// Called whenever time has passed: what others do meanwhile.
  std::function<void()> moved = [] {};

 private:
  WallTime wall_;
  MonotonicTime monotonic_{0};
};

}  // namespace faultline

#include "collector/trial/clock_watch.h"

namespace faultline {
namespace {

using std::chrono::microseconds;

/// The two clocks are read one after the other: a process that was put off in between would take that for
/// a step. The closest of so many readings counts.
constexpr int kReadings = 5;
constexpr std::chrono::microseconds kCloseEnough{500};

}  // namespace

ClockReading read_clocks(const Clock& clock) {
  ClockReading best;
  auto best_gap = std::chrono::nanoseconds::max();
  for (int i = 0; i < kReadings && best_gap > kCloseEnough; ++i) {
    const MonotonicTime before = clock.monotonic();
    const WallTime wall = clock.wall();
    const MonotonicTime after = clock.monotonic();
    if (after - before >= best_gap) continue;
    best_gap = after - before;
    best = {wall, before + best_gap / 2};
  }
  return best;
}

ClockWatch::ClockWatch(const Clock& clock) : clock_(clock), start_(read_clocks(clock)) {
  first_look_ = start_.steady;
  stretches_.push_back({start_.steady, start_.steady, start_.steady, start_.offset()});
}

void ClockWatch::look() { note(read_clocks(clock_)); }

void ClockWatch::start() {
  start_ = read_clocks(clock_);
  note(start_);
}

void ClockWatch::note(const ClockReading& reading) {
  Stretch& last = stretches_.back();
  const auto moved = reading.offset() - last.offset;
  if (moved <= kSmallestClockStep && moved >= -kSmallestClockStep) {
    last.last_look = last.until = reading.steady;
    return;
  }
  const MonotonicTime last_look = last.last_look;
  last.until = reading.steady;
  stretches_.push_back({last_look, reading.steady, reading.steady, reading.offset()});
}

std::vector<ClockSegment> ClockWatch::segments() const {
  if (stretches_.size() == 1) return {};
  std::vector<ClockSegment> segments;
  segments.reserve(stretches_.size());
  for (const Stretch& stretch : stretches_) {
    segments.push_back({stretch.from - start_.steady, stretch.until - start_.steady,
                        std::chrono::duration_cast<microseconds>(stretch.offset - start_.offset())});
  }
  return segments;
}

}  // namespace faultline

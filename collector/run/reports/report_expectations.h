// Which crash reports are still awaited, and for how long.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "core/base/clock.h"

namespace faultline {

/// A system that has been slow is given more time: three times its longest latency so far, up to ten minutes.
///
/// Threads: one at a time.
class ReportExpectations {
 public:
  /// `deadline`: how long after its trial's end a report is awaited at least.
  explicit ReportExpectations(std::chrono::milliseconds deadline) : deadline_(deadline) {}

  /// `missing` reports of a trial that ended `since_end` ago. What is past its deadline already, or is not
  /// missing, is not awaited.
  void expect(std::int64_t trial_index, std::int64_t missing, MonotonicTime now,
              std::chrono::nanoseconds since_end);
  /// One report of that trial is there.
  void came(std::int64_t trial_index);
  /// When a trial of this execution ended: from then on its reports are timed.
  void trial_ended(std::int64_t trial_index, MonotonicTime at) { ends_[trial_index] = at; }
  /// A report of that trial was seen. How long that took; nullopt where its end is not known.
  std::optional<std::chrono::milliseconds> seen(std::int64_t trial_index, MonotonicTime at);
  /// How long a report took in an earlier execution.
  void add_latency(std::chrono::milliseconds latency) { latencies_.push_back(latency); }
  /// Gives up what is past its deadline.
  void expire(MonotonicTime now);

  /// Trials of which a report may still come.
  [[nodiscard]] std::int64_t pending() const { return static_cast<std::int64_t>(awaited_.size()); }
  /// When the last of them is given up; nullopt where none is awaited.
  [[nodiscard]] std::optional<MonotonicTime> last_deadline() const;
  [[nodiscard]] const std::vector<std::chrono::milliseconds>& latencies() const { return latencies_; }

 private:
  [[nodiscard]] std::chrono::milliseconds deadline() const;

  struct Awaited {
    MonotonicTime until{0};
    std::int64_t missing = 0;
  };

  std::chrono::milliseconds deadline_;
  std::map<std::int64_t, Awaited> awaited_;  // By trial, as the next.
  std::map<std::int64_t, MonotonicTime> ends_;
  std::vector<std::chrono::milliseconds> latencies_;
};

}  // namespace faultline

#include "collector/run/reports/report_expectations.h"

#include <algorithm>

namespace faultline {
namespace {

/// No machine has been seen to take a third of it.
constexpr std::chrono::milliseconds kLongestDeadline{600'000};

}  // namespace

std::chrono::milliseconds ReportExpectations::deadline() const {
  const auto longest = std::max_element(latencies_.begin(), latencies_.end());
  if (longest == latencies_.end()) return deadline_;
  return std::max(deadline_, std::min(*longest * 3, kLongestDeadline));
}

void ReportExpectations::expect(std::int64_t trial_index, std::int64_t missing, MonotonicTime now,
                                std::chrono::nanoseconds since_end) {
  const std::chrono::nanoseconds left = deadline() - since_end;
  if (missing <= 0 || left.count() <= 0) return;
  awaited_[trial_index] = {now + left, missing};
}

void ReportExpectations::came(std::int64_t trial_index) {
  const auto awaited = awaited_.find(trial_index);
  if (awaited != awaited_.end() && --awaited->second.missing <= 0) awaited_.erase(awaited);
}

std::optional<std::chrono::milliseconds> ReportExpectations::seen(std::int64_t trial_index,
                                                                  MonotonicTime at) {
  const auto end = ends_.find(trial_index);
  if (end == ends_.end()) return std::nullopt;
  const auto latency =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::max(at - end->second, MonotonicTime(0)));
  latencies_.push_back(latency);
  return latency;
}

void ReportExpectations::expire(MonotonicTime now) {
  std::erase_if(awaited_, [now](const auto& entry) { return entry.second.until <= now; });
}

std::optional<MonotonicTime> ReportExpectations::last_deadline() const {
  std::optional<MonotonicTime> last;
  for (const auto& [index, awaited] : awaited_) last = std::max(last.value_or(awaited.until), awaited.until);
  return last;
}

}  // namespace faultline

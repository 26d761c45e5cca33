#include "collector/run/schedule/run_limits.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text/duration.h"

namespace faultline {
namespace {

constexpr double kGibi = 1024.0 * 1024.0 * 1024.0;

/// What is left of the campaign's and of the command line's own limit.
std::optional<std::chrono::nanoseconds> duration_of(const RunSetting& setting) {
  std::optional<std::chrono::nanoseconds> duration;
  if (setting.options.duration) duration = *setting.options.duration;
  const auto& limit = setting.campaign.duration;
  if (!limit) return duration;
  // The campaign's own counts from the run's first moment, or a night that is resumed would begin anew.
  const auto before = setting.options.resume ? setting.parts.clock.wall() - setting.record.started
                                             : std::chrono::microseconds(0);
  const auto rest = *limit - std::clamp<std::chrono::nanoseconds>(before, {}, *limit);
  return duration ? std::min(*duration, rest) : rest;
}

}  // namespace

RunLimits::RunLimits(const RunSetting& setting)
    : setting_(setting), began_(setting.parts.clock.monotonic()), duration_(duration_of(setting)) {}

std::optional<RunEnding> RunLimits::reached(const RunSchedule& schedule) {
  if (duration_ && elapsed() >= *duration_) {
    const auto& wanted = setting_.options.duration ? setting_.options.duration : setting_.campaign.duration;
    const auto left = schedule.left();
    const std::string total = left ? fmt::format(" of {}", schedule.recorded_count() + *left) : "";
    RunEnding ending{RunState::finished,
                     fmt::format("{} were over after {}{} trials", format_duration(*wanted),
                                 schedule.recorded_count(), total)};
    // A slice of a run that has an end of its own: the same command goes on with it.
    const bool has_own_end = left || setting_.campaign.duration;
    const bool is_own_end =
        setting_.campaign.duration && (!setting_.options.duration || *duration_ < *setting_.options.duration);
    ending.is_slice = has_own_end && !is_own_end;
    if (ending.is_slice) ending.state = RunState::interrupted;
    return ending;
  }
  const auto free = setting_.parts.host.free_bytes(setting_.run_folder);
  if (free) free_bytes_ = *free;
  if (!free || *free >= setting_.campaign.min_free_bytes) return std::nullopt;
  return RunEnding{RunState::stopped,
                   fmt::format("{:.2f} GiB are free at {}, less than the {:.2f} GiB of min_free_bytes",
                               static_cast<double>(*free) / kGibi, setting_.options.trials_folder.string(),
                               static_cast<double>(setting_.campaign.min_free_bytes) / kGibi)};
}

std::chrono::nanoseconds RunLimits::elapsed() const { return setting_.parts.clock.monotonic() - began_; }

std::optional<std::chrono::nanoseconds> RunLimits::time_left() const {
  if (!duration_) return std::nullopt;
  return std::max(*duration_ - elapsed(), std::chrono::nanoseconds(0));
}

}  // namespace faultline

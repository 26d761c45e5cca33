#include "replay.h"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

namespace {

using driver::Step;

constexpr std::array<std::pair<std::string_view, Step>, 12> kStepNames{{
    {"lock", Step::lock},
    {"check", Step::check},
    {"mark", Step::mark},
    {"set_impl", Step::set_impl},
    {"enter_pipeline", Step::enter_pipeline},
    {"use_pipeline", Step::use_pipeline},
    {"enter_dispatch", Step::enter_dispatch},
    {"use_prepare", Step::use_prepare},
    {"use_spill", Step::use_spill},
    {"clear_impl", Step::clear_impl},
    {"unmark", Step::unmark},
    {"unlock", Step::unlock},
}};

// No step takes a millisecond by itself: who takes that long waits for something that no other step gives.
constexpr std::chrono::seconds kLongestStep{5};

Replay* current = nullptr;
thread_local std::size_t enrolled_as = 0;

std::string step_name(Step step) {
  for (const auto& [name, value] : kStepNames) {
    if (value == step) return std::string(name);
  }
  return "?";
}

}  // namespace

std::optional<ScheduledStep> parse_scheduled_step(std::string_view line) {
  ScheduledStep scheduled;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), scheduled.thread);
  if (error != std::errc{}) return std::nullopt;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  if (line.empty() || line.front() != ' ') return std::nullopt;
  line.remove_prefix(1);
  for (const auto& [name, step] : kStepNames) {
    if (name != line) continue;
    scheduled.step = step;
    return scheduled;
  }
  return std::nullopt;
}

Replay::Replay(std::vector<ScheduledStep> steps) : steps_(std::move(steps)) {
  current = this;
  driver::set_step_hook(&Replay::before_step);
}

void Replay::enroll(std::size_t thread) { enrolled_as = thread; }

void Replay::before_step(Step step) { current->take_turn(enrolled_as, step); }

bool Replay::is_turn_of(std::size_t thread) const {
  return made_ < steps_.size() && steps_[made_].thread == thread;
}

std::string Replay::describe_next() const {
  return "step " + std::to_string(made_ + 1) + " of the schedule, " + step_name(steps_[made_].step) +
         " of thread " + std::to_string(steps_[made_].thread) + ", ";
}

void Replay::take_turn(std::size_t thread, Step step) {
  std::unique_lock lock(mutex_);
  // Who comes to its next step has made the one before.
  if (stepping_ && is_turn_of(thread)) {
    stepping_ = false;
    ++made_;
    changed_.notify_all();
  }
  changed_.wait(lock, [&] { return !problem_ && !stepping_ && is_turn_of(thread); });
  if (steps_[made_].step != step) {
    problem_ = describe_next() + "is not what that thread does next: " + step_name(step);
    changed_.notify_all();
    changed_.wait(lock, [] { return false; });
  }
  stepping_ = true;
}

std::optional<std::string> Replay::wait() {
  std::unique_lock lock(mutex_);
  while (made_ < steps_.size() && !problem_) {
    const std::size_t before = made_;
    const bool moved =
        changed_.wait_for(lock, kLongestStep, [&] { return made_ != before || problem_.has_value(); });
    if (!moved) return describe_next() + "cannot be made: what it needs is taken";
  }
  return problem_;
}

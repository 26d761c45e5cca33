// Makes the steps of all threads in the order of a schedule, so that a race happens as predicted.

#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "driver.h"

struct ScheduledStep {
  std::size_t thread = 0;
  driver::Step step = driver::Step::lock;
};

/// The step of one line of a schedule, `THREAD STEP`; nullopt for any other text.
std::optional<ScheduledStep> parse_scheduled_step(std::string_view line);

/// Lets one thread at a time make its next step, which is the schedule's next; all others wait.
///
/// One exists per process, made before the threads and never destroyed while they run: threads that the
/// schedule has no more steps for wait in it forever.
class Replay {
 public:
  explicit Replay(std::vector<ScheduledStep> steps);

  /// Says which thread of the schedule the calling thread is. Comes before its first step.
  static void enroll(std::size_t thread);

  /// Waits until all steps are made; nullopt then. Otherwise says why the next one cannot be made: it is not
  /// what its thread does next, or it has needed for five seconds what another thread holds.
  [[nodiscard]] std::optional<std::string> wait();

 private:
  static void before_step(driver::Step step);
  void take_turn(std::size_t thread, driver::Step step);
  [[nodiscard]] bool is_turn_of(std::size_t thread) const;
  [[nodiscard]] std::string describe_next() const;

  std::vector<ScheduledStep> steps_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t made_ = 0;   // Steps that are over.
  bool stepping_ = false;  // Step `made_` has begun.
  std::optional<std::string> problem_;
};

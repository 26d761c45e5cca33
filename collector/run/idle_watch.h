// Stops a run in which every trial fails in the same way at its start: that is a mistake in the campaign, not
// a result.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/model/trial.h"

namespace faultline {

/// Looks at trials until one of them shows that something ran, or until all of a block ended alike.
///
/// A phase, a metric, a report, a pass, and every outcome but exit_error and setup_failed show it. So does a
/// failure that was ended by a signal, printed to standard output, was silent, or took ten seconds: those are
/// results, alike as they may be. And so do two trials that ended differently: another status, or another
/// last line on standard error. Threads: one at a time.
class IdleWatch {
 public:
  /// `block` is the number of trials in a block; at least three are looked at, however few that is.
  explicit IdleWatch(std::int64_t block) : wanted_(block < kFewest ? kFewest : block) {}

  void add(const Trial& trial);
  /// Why the run should stop: what every trial ended with. nullopt while there is no reason to.
  [[nodiscard]] std::optional<std::string> reason() const;

 private:
  static constexpr std::int64_t kFewest = 3;

  std::int64_t wanted_;
  std::int64_t seen_ = 0;
  bool something_ran_ = false;
  std::string status_;     // Of all so far.
  std::string last_line_;  // The last on standard error, of all so far; empty if none.
};

}  // namespace faultline

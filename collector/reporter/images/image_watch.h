// Looks for the image that a trial must have loaded, so that an arm is what it says.

#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "collector/reporter/images/mapped_images.h"

namespace faultline {

/// Looks until the image was seen in one of a trial's processes.
///
/// What was seen once stays seen. That it was missing is only said where the command was looked at when it
/// was about to end; a glance at a process that goes on proves nothing.
class ImageWatch {
 public:
  using Look = std::function<std::vector<std::string>(pid_t)>;

  /// `pattern` as fits_glob() has it; empty: nothing is looked for.
  explicit ImageWatch(std::string pattern, Look look = mapped_images);

  /// True until the image was seen.
  [[nodiscard]] bool is_looking() const { return !pattern_.empty() && !seen_; }
  /// While `pid` runs.
  void glance(pid_t pid);
  /// When a thread of `pid` is about to end, with its memory still there. Only of the trial's own command is
  /// it then known what was missing: its helpers need not have the image.
  void look_at_end(pid_t pid, bool is_command);

  /// True: seen. False: it was not there at the end. nullopt: nobody could look in time, or nothing was
  /// looked for.
  [[nodiscard]] std::optional<bool> seen() const;

 private:
  bool look(pid_t pid);

  std::string pattern_;
  Look look_;
  bool seen_ = false;
  bool looked_at_end_ = false;
};

}  // namespace faultline

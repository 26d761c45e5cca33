// Who else was there: the other threads of a crash, in groups.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace faultline {

/// A pointer that another thread held in a register when the crashed thread held it, too.
struct SharedPointer {
  std::uint64_t value = 0;       ///< Without authentication and tag bits.
  std::string crashed_register;  ///< `x20`
  std::size_t thread = 0;        ///< The report's own number of the other thread.
  std::string other_register;
  friend bool operator==(const SharedPointer&, const SharedPointer&) = default;
};

/// Threads with the same stack, seen as one.
struct ThreadGroup {
  std::vector<std::size_t> threads;  ///< The report's own numbers, ascending; never empty.
  std::vector<std::string> names;    ///< Distinct names, in order of appearance.
  std::vector<std::string> queues;   ///< Distinct dispatch queues, in order of appearance.
  std::string waits_for;        ///< `mutex`, `GIL`, `command buffer`, …; empty where it ran or nobody knows.
  std::string place;            ///< The frame that says most: `image function`.
  bool in_crash_image = false;  ///< A frame inside the image of the crash site.
  bool at_own_fault = false;    ///< Stood at a fault of its own.
  std::vector<SharedPointer> shared;  ///< With the crashed thread.
  friend bool operator==(const ThreadGroup&, const ThreadGroup&) = default;
};

/// Groups first that stand inside the crash image or share pointers, then the larger ones.
struct Portrait {
  std::vector<ThreadGroup> groups;
  /// Family names (`image function`) of what the other threads were in, waiting and plumbing left
  /// out; sorted, distinct. What partners are counted from.
  std::vector<std::string> functions;
  /// `start-up`, `exit`, `interpreter finalisation`; empty where no frame says so.
  std::string phase;
  std::string phase_reason;  ///< The frame that said it.
  friend bool operator==(const Portrait&, const Portrait&) = default;
};

}  // namespace faultline

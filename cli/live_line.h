// One line of progress: rewritten in place on a terminal, a plain line now and then elsewhere.

#pragma once

#include <string>
#include <string_view>

#include "cli/commands.h"
#include "core/base/clock.h"

namespace faultline {

/// Ownership: `context` and `clock` must outlive it; takes its line away when destroyed. Threads: one.
class LiveLine {
 public:
  LiveLine(const CommandContext& context, const Clock& clock);
  ~LiveLine() { clear(); }
  LiveLine(const LiveLine&) = delete;
  LiveLine& operator=(const LiveLine&) = delete;

  /// True where a line is due: each 100 ms on a terminal, each 15 s elsewhere. The first is due after that.
  bool due();
  void show(std::string_view line);
  /// For work whose log nobody reads: nothing where there is no terminal.
  void show_live(std::string_view line);
  /// Before anything else is printed.
  void clear();
  [[nodiscard]] bool is_live() const { return live_; }

 private:
  const CommandContext& context_;
  const Clock& clock_;
  bool live_;
  bool shown_ = false;        // A live line stands on the terminal.
  MonotonicTime last_shown_;  // Of the last line, live or plain.
};

}  // namespace faultline

// Shows a running campaign: a live line on a terminal, a plain line now and then elsewhere.

#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/live_line.h"
#include "collector/trial/run_journal.h"
#include "core/base/clock.h"

namespace faultline {

/// The text of one progress line: trials done of planned, crashes and other bad outcomes so far, time left.
std::string progress_line(const RunProgress& progress);

class ProgressLine final : public RunObserver {
 public:
  ProgressLine(const CommandContext& context, const Clock& clock);
  ~ProgressLine() override = default;
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void run_started(const RunRecord& record, bool resumed, const RunProgress& progress) override;
  void trial_ended(const Trial& trial, const Cell& cell, const RunProgress& progress) override;
  void waiting_for_reports(std::int64_t pending, std::chrono::milliseconds at_most) override;
  void noted(std::string_view message) override;
  /// Before tables are printed.
  void end() { line_.clear(); }

 private:
  const CommandContext& context_;
  LiveLine line_;
};

}  // namespace faultline

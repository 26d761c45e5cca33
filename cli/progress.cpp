#include "cli/progress.h"

#include <fmt/format.h>

#include "cli/terminal.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

std::string format_clock(std::chrono::nanoseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (seconds >= 3600) return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

}  // namespace

std::string progress_line(const RunProgress& progress) {
  std::string line = fmt::format("{} trials", progress.trials_done);
  if (progress.trials_planned > 0)
    line = fmt::format("{}/{} trials", progress.trials_done, progress.trials_planned);
  line += fmt::format(", {} crashed", progress.outcomes[Outcome::crashed]);
  for (const OutcomeRow& row : kOutcomes) {
    if (row.value == Outcome::passed || row.value == Outcome::crashed) continue;
    if (progress.outcomes[row.value] > 0)
      line += fmt::format(", {} {}", progress.outcomes[row.value], row.text);
  }
  if (progress.uncaptured > 0) line += fmt::format(", {} uncaptured", progress.uncaptured);
  line += fmt::format(", {} elapsed", format_clock(progress.elapsed));
  if (progress.time_left) line += fmt::format(", {} left", format_clock(*progress.time_left));
  return line;
}

ProgressLine::ProgressLine(const CommandContext& context, const Clock& clock)
    : context_(context), line_(context, clock) {}

void ProgressLine::run_started(const RunRecord& record, bool resumed, const RunProgress& progress) {
  const auto count = progress.trials_planned > 0 ? fmt::format("{} trials", progress.trials_planned)
                                                 : "trials without count";
  note(context_, fmt::format("{} run {} of campaign {}: {} in {}{}", resumed ? "Resuming" : "Starting",
                             short_id(record.uuid.text()), record.campaign_name, count,
                             format_count(static_cast<std::int64_t>(record.cells.size()), "cell"),
                             resumed ? fmt::format(", {} done before", progress.trials_done) : ""));
}

void ProgressLine::trial_ended(const Trial& /*trial*/, const Cell& cell, const RunProgress& progress) {
  const bool last = progress.trials_planned > 0 && progress.trials_done >= progress.trials_planned;
  if (!line_.due() && !last) return;
  line_.show(progress_line(progress) + (line_.is_live() ? "  " + cell.workload + " " + cell.text() : ""));
}

void ProgressLine::waiting_for_reports(std::int64_t pending, std::chrono::milliseconds at_most) {
  line_.show(fmt::format("waiting for {} late report{}, at most {} s", pending, pending == 1 ? "" : "s",
                         at_most.count() / 1000));
}

void ProgressLine::noted(std::string_view message) {
  line_.clear();
  note(context_, message);
}

}  // namespace faultline

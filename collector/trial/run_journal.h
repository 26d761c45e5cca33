// What a run reports while it goes on: to the journal, which stores facts, and to the observer, which
// displays them.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/enum_text.h"
#include "core/base/result.h"
#include "core/ips/report_summary.h"
#include "core/model/trial.h"

namespace faultline {

/// Why a report was given to a trial, strongest first.
enum class AttributionBasis {
  supervisor,     ///< The trial's own supervisor wrote it.
  pid_and_start,  ///< Same pid, start time (or ticks) and boot session as a process of the trial.
  responsible,    ///< It ran on behalf of a process of the trial: a compiler service, a helper.
  parent_chain,   ///< Its parent, or a parent's parent, is a process of the trial.
  panic,          ///< A panic report of the boot session that ended under the trial.
  none,           ///< Foreign: of no trial.
};
inline constexpr std::array<EnumText<AttributionBasis>, 6> kAttributionBasisTexts{{
    {AttributionBasis::supervisor, "supervisor"},
    {AttributionBasis::pid_and_start, "pid_and_start"},
    {AttributionBasis::responsible, "responsible"},
    {AttributionBasis::parent_chain, "parent_chain"},
    {AttributionBasis::panic, "panic"},
    {AttributionBasis::none, "none"},
}};
static_assert(is_complete(kAttributionBasisTexts, AttributionBasis::none));
inline std::string_view attribution_basis_text(AttributionBasis basis) {
  return enum_text(kAttributionBasisTexts, basis);
}

/// The raw bytes of one report document, with whose it is and how we know.
struct CollectedReport {
  std::string bytes;             ///< Byte for byte as found.
  std::filesystem::path source;  ///< Where it lay when it was read.
  ReportIdentity identity;       ///< As summarize_report() gave them.
  ReportFacts facts;
  AttributionBasis basis = AttributionBasis::none;
  std::vector<std::string> notes;  ///< For people: what matched, or what did not.
  /// From the death (or the trial's end) to when we first saw the file; absent where not measured.
  std::optional<std::chrono::milliseconds> latency;

  /// The identity under which it is stored once: the incident, else hash128 of the bytes (32 hex digits).
  [[nodiscard]] std::string key() const;
};

/// What is already known about a run that is resumed.
struct RunHistory {
  /// Every ended trial, any order. Needed of each: index, block, cell_index, pid, start_ticks,
  /// boot_session, started, duration, exit_code, term_signal, verdict, uncaptured, incidents.
  std::vector<Trial> ended;
  std::vector<RunReport> reports;  ///< Every one that is stored for the run, foreign ones included.
};

/// Where a run's facts go. The store's set of ended trials is the truth about what was done: a trial
/// whose trial_ended() did not return counts as not run, and is repeated.
///
/// Each call returns only when the fact is safe on the disk; an error ends the run. Storing a report
/// that is already stored (same key) is no error and adds nothing.
/// Threads: all calls come from the one thread that runs the campaign.
class RunJournal {
 public:
  virtual ~RunJournal() = default;

  /// A new run. `record.uuid` is unique.
  virtual Result<void> begin(const RunRecord& record) = 0;
  /// An unfinished run goes on. `record` is the stored one, but planned_blocks may have changed and
  /// the state is `running` again.
  virtual Result<void> resume(const RunRecord& record) = 0;
  virtual Result<RunHistory> history(const Uuid& run) = 0;

  /// One trial with all of its reports that have come so far: one transaction.
  virtual Result<void> trial_ended(const Trial& trial, const std::vector<CollectedReport>& reports) = 0;
  /// A report of a trial that has ended before. `trial` is the trial as it stands with the report:
  /// its verdict, uncaptured and incidents may have changed.
  virtual Result<void> report_arrived_late(const Trial& trial, const CollectedReport& report) = 0;
  /// A report that appeared during the run and belongs to none of its trials.
  virtual Result<void> foreign_report(const Uuid& run, const CollectedReport& report) = 0;

  /// Trials that lay in the window of a GPU reset: in no rate from now on.
  virtual Result<void> trials_contaminated(const Uuid& run,
                                           const std::vector<std::int64_t>& trial_indexes) = 0;

  /// The run is over for now. `interrupted` may be resumed.
  virtual Result<void> end(const Uuid& run, RunState state, const std::string& reason, WallTime ended) = 0;
};

/// Counts of a run so far, over this execution and the ones before it.
struct RunProgress {
  std::int64_t trials_done = 0;
  std::int64_t trials_planned = 0;  ///< Set-aside ones are not in it. 0: no count, a duration ends the run.
  std::int64_t blocks_planned = 0;
  OutcomeCounts outcomes;
  std::int64_t uncaptured = 0;
  std::int64_t reports_pending = 0;                   ///< Deaths whose report may still come.
  std::chrono::nanoseconds elapsed{0};                ///< Of this execution.
  std::optional<std::chrono::nanoseconds> time_left;  ///< Absent until a trial has ended.
  std::uint64_t free_bytes = 0;                       ///< Where the trial folders are; 0 if not known.
};

/// Live progress. Called from the running thread between trials; must not block for long.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void run_started(const RunRecord& /*record*/, bool /*resumed*/, const RunProgress& /*progress*/) {}
  virtual void trial_started(const Trial& /*trial*/, const Cell& /*cell*/, const RunProgress& /*progress*/) {}
  virtual void trial_ended(const Trial& /*trial*/, const Cell& /*cell*/, const RunProgress& /*progress*/) {}
  /// While the run waits for late reports after its last trial.
  virtual void waiting_for_reports(std::int64_t /*pending*/, std::chrono::milliseconds /*at_most*/) {}
  /// Something that a person should read: a survivor that was ended, a cell set aside, a folder that
  /// cannot be read. One line without a full stop; may hold text of unknown origin.
  virtual void noted(std::string_view /*message*/) {}
};

}  // namespace faultline

// What happened: hosts, runs and trials, as they are stored.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/model/campaign.h"
#include "core/model/image.h"
#include "core/model/outcome.h"

namespace faultline {

/// The machine, as found at the start of a run. Unknown stays absent.
struct HostFacts {
  std::string host_key;  ///< Stable hash of the machine's own identity; not its name.
  std::string host_name;
  std::optional<std::string> os_name;  ///< `macOS`, `Linux`
  std::optional<std::string> os_version;
  std::optional<std::string> os_build;
  std::optional<std::string> kernel;
  std::optional<std::string> model;
  std::optional<std::string> chip;
  std::optional<std::int64_t> cpu_count;
  std::optional<std::int64_t> memory_bytes;
  std::optional<std::string> agx_version;
  std::optional<std::string> boot_session;
  std::optional<std::int64_t> uptime_seconds;
  std::optional<double> load_1min;
  int zone_minutes = 0;                                   ///< East of UTC, at the start.
  std::vector<std::pair<std::string, std::string>> more;  ///< Other facts by name, sorted.
  friend bool operator==(const HostFacts&, const HostFacts&) = default;
};

enum class RunState { running, finished, interrupted, stopped };
std::string_view run_state_text(RunState state);
std::optional<RunState> parse_run_state(std::string_view text);

struct RunRecord {
  Uuid uuid;
  std::string campaign_name;
  std::string campaign_hash;
  std::string campaign_text;
  std::string control;    ///< Filter text; empty if none.
  std::string stop_rule;  ///< As stop_rule_text() has it, and how blocks are allocated; empty if none.
  HostFacts host;
  std::vector<std::pair<std::string, std::string>> facts;  ///< `[facts]` of the campaign, as printed.
  std::vector<Cell> cells;
  std::int64_t planned_blocks = 0;  ///< Of this run, warm-up included; 0: as many as its duration allows.
  std::uint64_t seed = 1;
  WallTime started;
  std::optional<WallTime> ended;
  RunState state = RunState::running;
  std::string state_reason;  ///< Why it stopped; empty where the state says it all.
  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

/// The filter that chooses the run's rows: `run=UUID`.
std::string where_run(const RunRecord& run);
/// Workloads of the run's cells, in the order of the plan.
std::vector<std::string> workloads_of(const RunRecord& run);
/// The parameters of one of them, in the order of its matrix; none where the run has no such workload.
std::vector<std::pair<std::string, ParameterType>> parameters_of(const RunRecord& run,
                                                                 std::string_view workload);
std::vector<std::string> parameter_names_of(const RunRecord& run, std::string_view workload);

struct TrialResources {
  std::optional<std::int64_t> user_cpu_ms;
  std::optional<std::int64_t> system_cpu_ms;
  std::optional<std::int64_t> peak_memory_bytes;
  friend bool operator==(const TrialResources&, const TrialResources&) = default;
};

struct Metric {
  std::string name;
  double value = 0.0;
  friend bool operator==(const Metric&, const Metric&) = default;
};

/// One execution of one cell. `index` counts from 0 over the run in execution order.
struct Trial {
  Uuid run;
  std::int64_t index = 0;
  std::int64_t block = 0;
  std::size_t cell_index = 0;  ///< Into RunRecord::cells.
  bool warm_up = false;
  bool contaminated = false;  ///< By a GPU reset: in no rate.
  std::vector<std::string> argv;
  WallTime started;
  std::chrono::nanoseconds duration{0};  ///< Monotonic.
  std::optional<std::int64_t> pid;
  std::optional<std::uint64_t> start_ticks;
  std::optional<std::string> boot_session;
  std::optional<int> exit_code;    ///< Absent where a signal ended it.
  std::optional<int> term_signal;  ///< Host's number.
  std::string term_signal_name;    ///< `SIGSEGV`; empty if none.
  bool timed_out = false;
  Verdict verdict;
  bool uncaptured = false;        ///< Died of a crash signal and left no report.
  std::string uncaptured_reason;  ///< Where one is known.
  std::string phase;              ///< The last phase that it printed.
  std::vector<Metric> metrics;
  TrialResources resources;
  std::optional<double> load_1min;  ///< Of the machine, when it ended.
  std::optional<std::int64_t>
      reports_pending;                 ///< Trials before it whose reports were awaited when it ended.
  std::int64_t unkillable_count = 0;   ///< Processes of it that could not be killed.
  std::vector<std::string> incidents;  ///< Of the reports attributed to it.
  std::string output_head;             ///< Short excerpts for lists; files keep the rest.
  std::string stderr_tail;
  friend bool operator==(const Trial&, const Trial&) = default;
};

/// As in core/model/outcome.h.
inline bool counts_in_rates(const Trial& trial) {
  return counts_in_rates(trial.verdict.outcome, trial.warm_up, trial.contaminated);
}

/// A report that a run met: whose it is, as far as is known now.
struct RunReport {
  std::string incident;                     ///< Or, where it has none, the hash of its bytes.
  std::optional<std::int64_t> trial_index;  ///< Absent: foreign.
  std::optional<std::int64_t> pid;
  bool late = false;                                 ///< It came after its trial had been recorded.
  std::optional<std::chrono::milliseconds> latency;  ///< From the trial's end, if measured.
  friend bool operator==(const RunReport&, const RunReport&) = default;
};

}  // namespace faultline

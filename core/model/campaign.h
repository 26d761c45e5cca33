// What is to be run: workloads, their matrix, and how trials are limited and judged.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/process/child_environment.h"

namespace faultline {

enum class ParameterType { text, integer, real, boolean };
std::string_view parameter_type_text(ParameterType type);
std::optional<ParameterType> parse_parameter_type(std::string_view text);

/// One value of a matrix parameter. `label` is what tables show and filters compare; `value` is what
/// replaces the placeholder. They are equal unless the campaign gives both.
struct ParameterValue {
  std::string label;
  std::string value;
  ParameterType type = ParameterType::text;
  bool unset = false;  ///< `{ unset = true }`: an environment variable taken away.
  friend bool operator==(const ParameterValue&, const ParameterValue&) = default;
};

struct MatrixParameter {
  std::string name;
  std::vector<ParameterValue> values;
  friend bool operator==(const MatrixParameter&, const MatrixParameter&) = default;
};

enum class CaptureMode { on, off };

/// A number that the workload prints in its own way: the first group of the pattern is its text.
struct MetricPattern {
  std::string name;
  std::string pattern;
  friend bool operator==(const MetricPattern&, const MetricPattern&) = default;
};

struct Workload {
  std::string name;
  std::vector<std::string> command;  ///< argv with `{placeholders}`; never given to a shell.
  std::vector<EnvSetting> env;       ///< Values may hold placeholders.
  std::optional<std::string> working_folder;
  std::vector<MatrixParameter> matrix;
  std::optional<std::chrono::milliseconds> timeout;  ///< Else the campaign's.
  std::optional<std::string> pass_when;              ///< Regex that must match a line of the output.
  std::optional<std::string> wrong_when;             ///< Regex: the results are wrong.
  std::optional<std::string> crash_when;             ///< Regex: a crash that the exit status hides.
  std::vector<int> accepted_exit_codes;              ///< Besides 0.
  std::vector<int> crash_exit_codes;
  std::optional<std::string> expect_output;  ///< Regex that proves that the arm is what it says.
  std::optional<std::string> expect_image;   ///< Image name that must be loaded (seen in a report).
  std::vector<MetricPattern> metrics;        ///< Beside the JSON lines of our own form.
  CaptureMode capture = CaptureMode::on;
  bool follow_children = true;
  friend bool operator==(const Workload&, const Workload&) = default;
};

/// Whether the next trial waits for this one's report.
struct SettleRule {
  enum class Kind { report, none, time };
  Kind kind = Kind::report;
  std::chrono::milliseconds limit{15'000};  ///< `report`: at most; `time`: exactly.
  friend bool operator==(const SettleRule&, const SettleRule&) = default;
};

/// When a run may end before its last block. All of it rests on intervals of the crash rate that hold
/// at every look.
struct StopRule {
  enum class When {
    interval,  ///< The interval of each cell is at most `width` wide.
    decided,   ///< Each cell is told apart from its like among the cells `against`.
    below,     ///< Each cell's rate is known to be below `rate`, or above it.
  };
  When when = When::interval;
  double width = 0.0;
  std::string against;  ///< Filter over cells.
  double rate = 0.0;
  bool allocate_undecided = false;  ///< Later blocks leave out the cells that are decided.
  friend bool operator==(const StopRule&, const StopRule&) = default;
};
/// `interval`, `decided`, `below`.
std::string_view stop_when_text(StopRule::When when);
std::optional<StopRule::When> parse_stop_when(std::string_view text);
/// As a campaign says it, for the run's record: `{ when = "interval", width = 0.1 }`.
std::string stop_rule_text(const StopRule& rule);

struct FactCommand {
  std::string name;
  std::vector<std::string> command;
  friend bool operator==(const FactCommand&, const FactCommand&) = default;
};

/// Commands of the user around a run and its trials; an empty one is not there. They are never in a
/// trial's time, and run without a shell.
struct Hooks {
  std::vector<std::string> setup;         ///< Before each execution of the run: its failure ends it.
  std::vector<std::string> before_trial;  ///< Its failure makes the trial `setup_failed`.
  std::vector<std::string> after_trial;   ///< Its failure is told.
  std::vector<std::string> cleanup;       ///< At the end, however that comes; its failure is told.
  std::vector<std::string> health;        ///< Its failure stops the run: the machine is not fit to go on.
  std::int64_t health_every = 25;         ///< Trials between two health checks.
  std::chrono::milliseconds timeout{60'000};
  friend bool operator==(const Hooks&, const Hooks&) = default;
};

struct Campaign {
  std::string name;
  std::int64_t trials = 0;   ///< Blocks: trials per cell. 0: no count, `duration` alone ends the run.
  std::int64_t warm_up = 0;  ///< Blocks before them that are in no rate.
  std::optional<std::chrono::milliseconds> duration;  ///< Of the run, interruptions included.
  std::int64_t jobs = 1;                              ///< Trials at the same time.
  std::chrono::milliseconds cooldown{0};              ///< Between a trial's end and the next one's start.
  bool system_log = false;                            ///< Keep the system's log around each bad outcome.
  std::uint64_t seed = 1;
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds grace{2'000};  ///< Between SIGABRT and SIGKILL.
  std::string control;                     ///< Filter over cells that must crash; empty if none.
  std::string control_negative;            ///< Filter over cells that must not crash; empty if none.
  SettleRule settle;
  std::chrono::milliseconds report_deadline{60'000};  ///< How long a report may be late, at least.
  bool drain = true;
  std::string rules;  ///< A team's own rules file, from `folder`; empty if none. Decides no trial.
  std::optional<StopRule> stop;
  std::uint64_t min_free_bytes = 1ULL << 30;  ///< The run stops in time below this.
  /// Patterns of image names (`AGXMetal*`): binaries that a report names are kept in the symbol archive.
  std::vector<std::string> archive;
  Hooks hooks;
  std::vector<FactCommand> facts;
  std::vector<Workload> workloads;
  std::string folder;  ///< Of the campaign file: `{campaign}`.
  std::string text;    ///< The file as read, or what a command line stands for.
  std::string hash;    ///< hash128 of what decides the trials; trials, duration and `--only` are not in it.
  friend bool operator==(const Campaign&, const Campaign&) = default;
};

/// One workload with one value for each of its parameters.
struct Cell {
  std::size_t workload_index = 0;
  std::string workload;
  std::vector<std::pair<std::string, ParameterValue>> parameters;  ///< In the order of the matrix.
  /// `threads=8 lock=none`; the workload's name alone where there are no parameters.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Cell&, const Cell&) = default;
};

}  // namespace faultline

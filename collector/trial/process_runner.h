// Runs one command under limits, in a supervisor process of its own, and says how it ended.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "collector/trial/clock_watch.h"
#include "core/base/clock.h"
#include "core/base/result.h"
#include "core/model/campaign.h"
#include "core/model/trial.h"

namespace faultline {

/// Everything that the supervisor needs; it gets it through its control line.
struct TrialSpec {
  std::vector<std::string> argv;         ///< Placeholders already replaced.
  std::vector<EnvSetting> env;           ///< On top of the inherited environment.
  std::filesystem::path working_folder;  ///< Empty: the harness's own.
  std::filesystem::path trial_folder;    ///< Must exist: stdout, stderr, started.json, status.json go here.
  std::filesystem::path report_folder;   ///< Where the Linux reporter puts .ips files.
  std::chrono::milliseconds timeout{60'000};
  std::chrono::milliseconds grace{2'000};
  CaptureMode capture = CaptureMode::on;
  bool follow_children = true;
  std::uint64_t output_limit_bytes = 1 << 20;  ///< Head and tail, each.
  std::string boot_session;
  std::string expect_image;  ///< Pattern of an image that is looked for in its processes; empty: none.
};

/// A report that the Linux reporter wrote while the command ran.
struct WrittenReport {
  std::filesystem::path path;
  std::string incident;
  std::int64_t pid = 0;
  friend bool operator==(const WrittenReport&, const WrittenReport&) = default;
};

/// A process of the trial (the command or a descendant) that was ended by a crash signal.
struct CrashDeath {
  std::int64_t pid = 0;
  int signal = 0;
  bool sent_by_harness = false;
  friend bool operator==(const CrashDeath&, const CrashDeath&) = default;
};

/// The supervisor's status record: how the command and its tree ended.
struct TrialStatus {
  bool started = false;     ///< exec succeeded.
  std::string start_error;  ///< Where it did not: `cannot execute x: no such file or directory`.
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< As process_start_ticks() has it. 0 if unknown.
  WallTime started_at;            ///< When the command was let go.
  /// The same moment on the steady clock of this boot; 0 if unknown.
  MonotonicTime started_steady{0};
  /// Its process was made so long before that, or less: what the system calls its launch.
  std::optional<std::chrono::nanoseconds> held;
  std::vector<ClockSegment> clock;  ///< Empty: nobody set the wall clock while it ran.
  std::chrono::nanoseconds duration{0};
  std::optional<int> exit_code;
  std::optional<int> term_signal;
  bool timed_out = false;
  bool interrupted = false;      ///< We were asked to stop; the trial proves nothing.
  bool stuck = false;            ///< Timed out without using the CPU.
  bool capture_refused = false;  ///< ptrace was not permitted.
  std::string capture_note;      ///< Why, or what was lost.
  std::vector<WrittenReport> reports;
  std::vector<CrashDeath> crash_deaths;
  /// Processes that the command started, themselves or by others, as far as they were seen.
  std::vector<std::int64_t> descendants;
  std::vector<std::int64_t> unkillable;  ///< Pids that could not be killed.
  std::int64_t stray_count = 0;          ///< Descendants that outlived the command and were ended.
  TrialResources resources;
  /// Whether the expected image was loaded; absent where none is expected, or nobody could look in time.
  std::optional<bool> image_seen;
  friend bool operator==(const TrialStatus&, const TrialStatus&) = default;
};

/// What `<trial_folder>/started.json` says: on disk before the command executes, so that whoever comes
/// after a crash of the harness or of the machine knows what may still be running.
struct StartRecord {
  std::int64_t pid = 0;
  std::uint64_t start_ticks = 0;  ///< As in TrialStatus. 0 if unknown.
  WallTime started_at;
  std::string boot_session;
  std::int64_t supervisor_pid = 0;
  friend bool operator==(const StartRecord&, const StartRecord&) = default;
};

/// Text forms of the records (JSON); reading tolerates unknown keys. The supervisor and the
/// harness are different programs of one build.
std::string write_trial_spec(const TrialSpec& spec);
Result<TrialSpec> read_trial_spec(std::string_view json);
std::string write_trial_status(const TrialStatus& status);
Result<TrialStatus> read_trial_status(std::string_view json);
std::string write_start_record(const StartRecord& record);
Result<StartRecord> read_start_record(std::string_view json);

/// Ends what a trial of an earlier, killed harness left running: the supervisor, the command's process
/// if it is still the same one (pid, start ticks and boot session agree), its session, and on Linux every
/// process that carries the trial's folder in FAULTLINE_TRIAL_DIR. Returns how many processes it ended;
/// 0 where the trial never started (a record that is cut short says so, too), or where the machine has been
/// started anew since.
Result<std::int64_t> end_surviving_trial(const std::filesystem::path& trial_folder,
                                         std::string_view boot_session);

/// The role: run one trial to its end. Bodies: ProcessRunnerPosix; tests have a fake.
class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Blocks until the command and all its descendants are gone. `stop` is polled: when it becomes
  /// true the tree is ended and the status says `interrupted`. An error means that our own machinery
  /// failed (folder not writable), never that the command did. A command that twice ends its supervisor has
  /// a status that says that it never started, with the reason.
  virtual Result<TrialStatus> run(const TrialSpec& spec, const std::atomic<bool>& stop) = 0;
  /// Ends what a trial of an earlier, killed harness left running; as end_surviving_trial().
  virtual Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                             const std::string& boot_session) = 0;
};

class SupervisorProcess;

/// Gives each trial a process of `supervisor` (the program faultline-report) of its own, and has the next
/// one started by then. The program must ignore SIGPIPE.
/// Threads: run() may be called from several at a time.
class ProcessRunnerPosix final : public ProcessRunner {
 public:
  explicit ProcessRunnerPosix(std::filesystem::path supervisor);
  ~ProcessRunnerPosix() override;
  Result<TrialStatus> run(const TrialSpec& spec, const std::atomic<bool>& stop) override;
  Result<std::int64_t> end_survivors(const std::filesystem::path& trial_folder,
                                     const std::string& boot_session) override;

 private:
  [[nodiscard]] Result<std::unique_ptr<SupervisorProcess>> start_supervisor() const;
  Result<std::unique_ptr<SupervisorProcess>> hand_over(const TrialSpec& spec);
  /// Nothing where the supervisor did its work; else how somebody ended it.
  Result<std::optional<std::string>> attempt(const TrialSpec& spec, const std::atomic<bool>& stop);

  std::filesystem::path supervisor_;
  std::mutex mutex_;                                         // Guards waiting_.
  std::vector<std::unique_ptr<SupervisorProcess>> waiting_;  // Have no trial yet; none before the first one.
};

}  // namespace faultline

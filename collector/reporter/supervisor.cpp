#include "collector/reporter/supervisor.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>

#include "collector/reporter/images/image_watch.h"
#include "collector/reporter/process/child_process.h"
#include "collector/reporter/process/loop_signals.h"
#include "collector/reporter/process/trial_outputs.h"
#include "collector/reporter/process/trial_tree.h"
#include "collector/reporter/watch/hang_look.h"
#include "collector/trial/clock_watch.h"
#include "collector/trial/crash_signals.h"
#include "collector/trial/process_tree.h"
#include "core/base/clock.h"
#include "core/base/scoped_fd.h"
#include "core/files/flush_file.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How long SIGKILL may take before a process is called unkillable.
constexpr milliseconds kKillLimit{5000};
constexpr milliseconds kFirstGlance{200};
constexpr milliseconds kLongestGlancePause{5000};

milliseconds cpu_time_ms(const timeval& now, const timeval& before) {
  const auto in_us = [](const timeval& t) { return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_usec; };
  return milliseconds((in_us(now) - in_us(before)) / 1000);
}

/// Writes, renames, and only then flushes the file: the rename is in the same journal transaction as the
/// inode (ext4, XFS, btrfs), so that one flush carries both, where flushing file, then folder takes a second
/// one. It is most of what a trial costs. A power failure can leave a record cut short this way, but then
/// the command was never let go.
Result<void> write_and_sync(const std::filesystem::path& path, std::string_view bytes) {
  TRY(write_file_atomically(path, bytes));
  const ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || flush_file(fd.get()) != 0) return fail(io_error("cannot flush " + path.string(), errno));
  return {};
}

class Supervision {
 public:
  Supervision(const TrialSpec& spec, const SupervisorOptions& options)
      : spec_(spec), options_(options), signals_(options.inherit_streams), images_(spec.expect_image) {
    ::getrusage(RUSAGE_CHILDREN, &usage_before_);
    // Kept open by a process that we leave behind, it would look as if we were still there.
    if (options.control_fd >= 0) ::fcntl(options.control_fd, F_SETFD, FD_CLOEXEC);
  }
  Supervision(const Supervision&) = delete;
  Supervision& operator=(const Supervision&) = delete;

  Result<TrialStatus> run() {
    TRY(start());
    while (!main_ended_ && !gave_up_) {
      step();
    }
    end_tree();
    TRY(outputs_.finish());
    fill_end();
    if (options_.write_records) {
      TRY(write_file_atomically(spec_.trial_folder / "status.json", write_trial_status(status_)));
    }
    return std::move(status_);
  }

 private:
  enum class Phase { running, looking, aborting, killing };

  Result<void> start() {
    ChildCommand command{spec_.argv, spec_.env, spec_.working_folder, -1, -1, !options_.inherit_streams};
    if (!options_.inherit_streams) {
      TRY(outputs_.open(spec_.trial_folder, spec_.output_limit_bytes));
      command.output_fd = outputs_.output_fd();
      command.error_fd = outputs_.error_fd();
    }
    watch_.look();
    TRY_ASSIGN(auto child, ChildProcess::fork_held(command));
    child_.emplace(std::move(child));
    status_.pid = child_->pid();
    attach_watcher();
    status_.start_ticks = process_start_ticks(child_->pid());
    TRY(write_start());
    watch_.start();
    status_.started_at = watch_.start_wall();
    status_.started_steady = started_ = watch_.start_steady();
    status_.held = watch_.looked_before_start();
    glance_at_ = started_ + kFirstGlance;
    outputs_.start_guard(started_);
    tree_.start(child_->pid(), options_.inherit_streams ? 0 : child_->pid(), started_);
    if (spec_.timeout.count() > 0) deadline_ = started_ + spec_.timeout;
    child_->release();
    return {};
  }

  void attach_watcher() {
    const ReporterSettings settings{spec_.report_folder, spec_.follow_children, &images_};
    if (spec_.capture == CaptureMode::on) {
      watcher_ = options_.make_reporter ? options_.make_reporter(settings) : make_crash_reporter(settings);
      const auto attached = watcher_->attach(child_->pid());
      if (attached) return;
      status_.capture_refused = true;
      status_.capture_note = attached.error().text();
    }
    watcher_ = make_passive_watcher(settings);
  }

  Result<void> write_start() {
    if (!options_.write_records) return {};
    StartRecord record;
    record.pid = status_.pid;
    record.start_ticks = status_.start_ticks;
    record.started_at = clock_.wall();
    record.boot_session = spec_.boot_session;
    record.supervisor_pid = ::getpid();
    auto written = write_and_sync(spec_.trial_folder / "started.json", write_start_record(record));
    if (written) return written;
    // The command must not run unrecorded: with nobody to release it, its process leaves by itself.
    child_.reset();
    ::kill(static_cast<pid_t>(status_.pid), SIGKILL);
    ::waitpid(static_cast<pid_t>(status_.pid), nullptr, wait_for_all_flags());
    return written;
  }

  /// One round: take what has happened, act on what is due, wait for more.
  void step() {
    drain();
    watch_.look();
    tree_.look(clock_.monotonic());
    if (main_ended_) return;
    glance_at_images();
    const auto now = clock_.monotonic();
    if (!interrupted_ && signals_.stop_requested()) interrupt(now);
    if (deadline_ && now >= *deadline_) advance(now);
    outputs_.guard(now);
    auto until = std::min({outputs_.guard_at(), tree_.look_at(), glance_at_});
    if (deadline_) until = std::min(until, *deadline_);
    const int exec_fd = child_->exec_fd();
    const int control_fd = interrupted_ ? -1 : options_.control_fd;
    const auto readable = signals_.wait({exec_fd, control_fd}, until - now);
    if (readable[0]) read_exec_result();
    if (readable[1]) interrupt(clock_.monotonic());
  }

  /// Takes every status that is there. False if there is nobody left to wait for.
  bool drain() {
    while (true) {
      int wait_status = 0;
      const pid_t pid = ::waitpid(-1, &wait_status, WNOHANG | wait_for_all_flags());
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) return false;
      if (pid == 0) return true;
      if (watcher_->handle(pid, wait_status)) on_process_end(pid, wait_status);
    }
  }

  void on_process_end(pid_t pid, int wait_status) {
    tree_.note(pid);
    if (WIFSIGNALED(wait_status) && is_crash_signal(WTERMSIG(wait_status))) {
      status_.crash_deaths.push_back({pid, WTERMSIG(wait_status), aborted_.contains(pid)});
    }
    if (pid != status_.pid) return;
    main_ended_ = true;
    tree_.main_ended();
    status_.duration = clock_.monotonic() - started_;
    if (child_->exec_fd() >= 0) read_exec_result();
    if (!status_.started) return;
    if (WIFSIGNALED(wait_status)) {
      status_.term_signal = WTERMSIG(wait_status);
    } else {
      status_.exit_code = WEXITSTATUS(wait_status);
    }
  }

  /// Where nobody tells of a process that is about to end, it is looked at now and then while it runs: soon
  /// at first, ever more rarely later.
  void glance_at_images() {
    const auto now = clock_.monotonic();
    if (now < glance_at_) return;
    if (images_.is_looking()) {
      for (const pid_t pid : tree_.living()) images_.glance(pid);
    }
    glance_at_ = images_.is_looking()
                     ? now + std::clamp<nanoseconds>((now - started_) / 2, kFirstGlance, kLongestGlancePause)
                     : nanoseconds::max();
  }

  void read_exec_result() {
    const auto failure = child_->read_exec_failure();
    status_.started = !failure;
    if (failure) status_.start_error = *failure;
  }

  void interrupt(nanoseconds now) {
    interrupted_ = true;
    status_.interrupted = true;
    kill_all(now);
  }

  /// The time of the present phase is over.
  void advance(nanoseconds now) {
    switch (phase_) {
      case Phase::running:
        status_.timed_out = true;
        phase_ = Phase::looking;
        hang_.first(*watcher_, clock_);
        deadline_ = hang_.looked_at() + kHangWindow;
        return;
      case Phase::looking:
        status_.stuck = hang_.second(*watcher_, now, spec_.timeout);
        for (const pid_t pid : tree_.living()) {
          aborted_.insert(pid);
          ::kill(pid, SIGABRT);
        }
        phase_ = Phase::aborting;
        deadline_ = clock_.monotonic() + spec_.grace;
        return;
      case Phase::aborting:
        kill_all(now);
        return;
      case Phase::killing:
        status_.unkillable.push_back(status_.pid);
        status_.duration = now - started_;
        gave_up_ = true;
        return;
    }
  }

  void kill_all(nanoseconds now) {
    tree_.signal_all(SIGKILL);
    phase_ = Phase::killing;
    deadline_ = now + kKillLimit;
  }

  /// After the command: what it left running is ended, until nobody is left.
  void end_tree() {
    bool is_first = true;
    const auto limit = clock_.monotonic() + kKillLimit;
    auto pause = nanoseconds(500'000);
    while (true) {
      const bool may_be_more = drain();
      if (!may_be_more && tree_.adopts_orphans()) return;
      const auto left = tree_.living();
      if (is_first) status_.stray_count = static_cast<std::int64_t>(left.size());
      is_first = false;
      if (left.empty() && !may_be_more) return;
      if (clock_.monotonic() > limit) {
        for (const pid_t pid : left) {
          const bool known = std::count(status_.unkillable.begin(), status_.unkillable.end(), pid) != 0;
          if (!known) status_.unkillable.push_back(pid);
        }
        return;
      }
      for (const pid_t pid : left) ::kill(pid, SIGKILL);
      if (drain()) signals_.wait({}, pause);
      pause = std::min(pause * 2, nanoseconds(20'000'000));
    }
  }

  void fill_end() {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    status_.resources.user_cpu_ms = cpu_time_ms(usage.ru_utime, usage_before_.ru_utime).count();
    status_.resources.system_cpu_ms = cpu_time_ms(usage.ru_stime, usage_before_.ru_stime).count();
    status_.resources.peak_memory_bytes = peak_memory_bytes(usage);
    watch_.look();
    status_.clock = watch_.segments();
    status_.descendants = tree_.descendants();
    status_.reports = watcher_->reports();
    status_.image_seen = images_.seen();
    const auto note = watcher_->note();
    if (!note.empty()) status_.capture_note += (status_.capture_note.empty() ? "" : "; ") + note;
  }

  const TrialSpec& spec_;
  const SupervisorOptions& options_;
  const SystemClock clock_;
  ClockWatch watch_{clock_};
  LoopSignals signals_;
  TrialTree tree_;
  HangLook hang_{tree_};
  TrialOutputs outputs_;
  rusage usage_before_{};
  std::optional<ChildProcess> child_;
  ImageWatch images_;
  std::unique_ptr<CrashWatcher> watcher_;
  TrialStatus status_;

  Phase phase_ = Phase::running;
  nanoseconds started_{0};
  nanoseconds glance_at_{0};
  std::optional<nanoseconds> deadline_;  // When the present phase is over.
  bool main_ended_ = false;
  bool gave_up_ = false;  // The command's process could not be killed.
  bool interrupted_ = false;
  std::set<pid_t> aborted_;  // Those that we sent SIGABRT.
};

}  // namespace

Result<TrialStatus> supervise(const TrialSpec& spec, const SupervisorOptions& options) {
  if (spec.argv.empty()) return fail(ErrorKind::invalid_argument, "there is no command to run");
  return Supervision(spec, options).run();
}

}  // namespace faultline

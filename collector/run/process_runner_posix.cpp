#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "collector/run/process_runner.h"
#include "core/scoped_fd.h"
#include "core/text_file.h"

extern char** environ;

namespace faultline {
namespace {

/// Where the supervisor finds its end of the control line: behind the standard streams.
constexpr int kControlFd = 3;
/// How long a stop asked for may go unnoticed.
constexpr int kStopPollMs = 50;

struct ControlLine {
  ScopedFd ours;
  ScopedFd theirs;
};

Result<ControlLine> open_control_line() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) {
    return fail(io_error("cannot make the control line of a trial", errno));
  }
  ControlLine line{ScopedFd(ends[0]), ScopedFd(ends[1])};
  // Away from kControlFd, so that the copy made for the supervisor is never the original itself.
  ScopedFd ours(::fcntl(line.ours.get(), F_DUPFD_CLOEXEC, 16));
  ScopedFd theirs(::fcntl(line.theirs.get(), F_DUPFD_CLOEXEC, 16));
  if (!ours.valid() || !theirs.valid()) {
    return fail(io_error("cannot make the control line of a trial", errno));
  }
  return ControlLine{std::move(ours), std::move(theirs)};
}

/// Releases what posix_spawn needs, whichever way we leave.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  /// A group of its own, so that Ctrl-C on the terminal reaches the harness alone; signals as at login.
  void prepare(int control_fd) {
    ::posix_spawn_file_actions_adddup2(&actions_, control_fd, kControlFd);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2}) {
      sigaddset(&defaults, signal);
    }
    ::posix_spawnattr_setsigdefault(&attributes_, &defaults);
    ::posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  Result<pid_t> spawn(const std::string& program, std::vector<std::string> arguments) {
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    pid_t pid = -1;
    const int error = ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, argv.data(), environ);
    if (error != 0) return fail(io_error("cannot start the supervisor " + program, error));
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

struct SupervisorEnd {
  int wait_status = 0;
  std::string said;  ///< Why it failed, in its own words.
};

/// Takes what the supervisor has to say; false once it has closed its end, which it does by exiting.
bool read_words(const ScopedFd& fd, std::string& said, int flags = 0) {
  std::array<char, 512> buffer{};
  const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), flags);
  if (got < 0) return errno == EINTR;
  said.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// Waits for the supervisor's end. Closing our sending side asks it to end the trial; so does our death.
Result<SupervisorEnd> wait_for_supervisor(const ControlLine& line, pid_t supervisor,
                                          const std::atomic<bool>& stop) {
  SupervisorEnd end;
  bool is_open = true;
  bool asked = false;
  while (true) {
    if (stop.load() && !asked) {
      asked = true;
      ::shutdown(line.ours.get(), SHUT_WR);
    }
    if (is_open) {
      pollfd waited{line.ours.get(), POLLIN, 0};
      if (::poll(&waited, 1, kStopPollMs) > 0) is_open = read_words(line.ours, end.said);
    }
    // While the line is open this only looks: it may be killed and its end of the line kept by others.
    const pid_t ended = ::waitpid(supervisor, &end.wait_status, is_open ? WNOHANG : 0);
    if (ended == supervisor) {
      // What it said between our last look and its end.
      while (is_open && read_words(line.ours, end.said, MSG_DONTWAIT)) {
      }
      return end;
    }
    if (ended < 0 && errno != EINTR) return fail(io_error("cannot wait for the trial's supervisor", errno));
  }
}

Result<void> check_end(const SupervisorEnd& end) {
  if (WIFSIGNALED(end.wait_status)) {
    return fail(ErrorKind::process,
                "the trial's supervisor was killed by signal " + std::to_string(WTERMSIG(end.wait_status)));
  }
  if (WEXITSTATUS(end.wait_status) == 0) return {};
  auto message = end.said;
  if (message.empty()) message = "it exited with status " + std::to_string(WEXITSTATUS(end.wait_status));
  return fail(ErrorKind::process, "the trial's supervisor failed: " + message);
}

}  // namespace

Result<TrialStatus> ProcessRunnerPosix::run(const TrialSpec& spec, const std::atomic<bool>& stop) {
  if (spec.argv.empty()) return fail(ErrorKind::invalid_argument, "a trial needs a command");
  const auto spec_path = spec.trial_folder / "spec.json";
  const auto status_path = spec.trial_folder / "status.json";
  TRY(write_file_atomically(spec_path, write_trial_spec(spec)));
  // What an earlier attempt in this folder said must not pass for this one's.
  for (const auto* name : {"status.json", "started.json"}) {
    std::error_code ignored;
    std::filesystem::remove(spec.trial_folder / name, ignored);
  }

  TRY_ASSIGN(auto line, open_control_line());
  SpawnSettings settings;
  settings.prepare(line.theirs.get());
  TRY_ASSIGN(const pid_t supervisor,
             settings.spawn(supervisor_.string(), {supervisor_.string(), "--spec", spec_path.string(),
                                                   "--control-fd", std::to_string(kControlFd)}));
  line.theirs.reset();
  TRY_ASSIGN(const auto end, wait_for_supervisor(line, supervisor, stop));
  TRY(check_end(end));
  TRY_ASSIGN(const auto text, read_file(status_path));
  auto status = read_trial_status(text);
  if (!status) status.error().add_context("while reading " + status_path.string());
  return status;
}

}  // namespace faultline

#include "collector/trial/supervisor_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collector/trial/spawn_mutex.h"

extern char** environ;

namespace faultline {
namespace {

/// Where the supervisor finds its end of the control line: behind the standard streams.
constexpr int kTrialFd = 3;
/// How long a stop asked for may go unnoticed.
constexpr int kStopPollMs = 50;
/// A supervisor that is stopped more often than this is being kept from its work.
constexpr int kMostStops = 20;

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
  // Away from kTrialFd, so that the copy made for the supervisor is never the original itself.
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
  void prepare(int trial_fd) {
    ::posix_spawn_file_actions_adddup2(&actions_, trial_fd, kTrialFd);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal :
         {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2, SIGXFSZ}) {
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

/// Takes what the supervisor has to say; false once it has closed its end, which it does by exiting.
bool read_words(const ScopedFd& fd, std::string& said, int flags = 0) {
  std::array<char, 512> buffer{};
  const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), flags);
  if (got < 0) return errno == EINTR;
  said.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// Nothing where it ended as it should; else by whom it was ended.
Result<std::optional<std::string>> check_end(int wait_status, std::string said) {
  if (WIFSIGNALED(wait_status)) {
    return "the trial's supervisor was killed by signal " + std::to_string(WTERMSIG(wait_status));
  }
  if (WEXITSTATUS(wait_status) == 0) return std::nullopt;
  if (said.empty()) said = "it exited with status " + std::to_string(WEXITSTATUS(wait_status));
  return fail(ErrorKind::process, "the trial's supervisor failed: " + said);
}

}  // namespace

Result<SupervisorProcess> SupervisorProcess::spawn(const std::filesystem::path& program) {
  const std::lock_guard<std::mutex> spawning(spawn_mutex());
  TRY_ASSIGN(auto line, open_control_line());
  SpawnSettings settings;
  settings.prepare(line.theirs.get());
  TRY_ASSIGN(const pid_t pid,
             settings.spawn(program.string(), {program.string(), "--trial-fd", std::to_string(kTrialFd)}));
  return SupervisorProcess(std::move(line.ours), pid);
}

SupervisorProcess::SupervisorProcess(SupervisorProcess&& other) noexcept
    : line_(std::move(other.line_)), pid_(std::exchange(other.pid_, -1)) {}

SupervisorProcess::~SupervisorProcess() {
  if (pid_ < 0) return;
  line_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Result<void> SupervisorProcess::give(const TrialSpec& spec) {
  const std::string text = write_trial_spec(spec);
  // With its final NUL, which says that this is all.
  const char* next = text.c_str();
  std::size_t left = text.size() + 1;
  while (left > 0) {
    const ssize_t sent = ::write(line_.get(), next, left);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return fail(io_error("cannot reach the trial's supervisor", errno));
    next += sent;
    left -= static_cast<std::size_t>(sent);
  }
  return {};
}

Result<std::optional<std::string>> SupervisorProcess::wait(const std::atomic<bool>& stop,
                                                           const SupervisorPatience& patience) {
  using Steady = std::chrono::steady_clock;
  std::string said;
  bool is_open = true;
  bool asked = false;
  bool killed = false;
  int stops = 0;
  auto deadline = Steady::now() + patience.trial;
  while (true) {
    if (stop.load() && !asked) {
      asked = true;
      deadline = std::min(deadline, Steady::now() + patience.end);
      ::shutdown(line_.get(), SHUT_WR);
    }
    if (!killed && Steady::now() >= deadline) {
      killed = true;
      ::kill(pid_, SIGKILL);
    }
    if (is_open) {
      pollfd waited{line_.get(), POLLIN, 0};
      if (::poll(&waited, 1, kStopPollMs) > 0) is_open = read_words(line_, said);
    } else {
      // Its end of the line is closed: it exits now, unless somebody stopped it on the way.
      ::poll(nullptr, 0, 1);
    }
    int wait_status = 0;
    const pid_t ended = ::waitpid(pid_, &wait_status, WNOHANG | WUNTRACED);
    if (ended < 0 && errno != EINTR) return fail(io_error("cannot wait for the trial's supervisor", errno));
    if (ended != pid_) continue;
    if (WIFSTOPPED(wait_status)) {
      // By its trial, or by a hand: it goes on, but not for ever.
      ::kill(pid_, ++stops <= kMostStops ? SIGCONT : SIGKILL);
      continue;
    }
    pid_ = -1;
    // What it said between our last look and its end.
    while (is_open && read_words(line_, said, MSG_DONTWAIT)) {
    }
    if (killed) return std::string("the trial's supervisor did not answer and was killed");
    return check_end(wait_status, std::move(said));
  }
}

}  // namespace faultline

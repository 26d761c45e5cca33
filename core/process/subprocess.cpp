#include "core/process/subprocess.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <utility>

namespace faultline {
namespace {

/// Above every number that a child is given on purpose: a copy for the child is then never the original
/// itself, which would be closed on exec.
constexpr int kFirstOwnFd = 16;

/// Held from opening a descriptor until it is close-on-exec and the child that is to have it has been
/// started. Not every system can do this in one step, and a copy in a second child would keep a line open.
std::mutex& spawn_mutex() {
  static std::mutex mutex;
  return mutex;
}

struct Line {
  ScopedFd ours;
  ScopedFd theirs;
};

Result<Line> open_line(ChildLine kind) {
  if (kind == ChildLine::none) return Line{};
  std::array<int, 2> ends{};
  const bool is_socket = kind == ChildLine::control;
  const int failed = is_socket ? ::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) : ::pipe(ends.data());
  if (failed != 0) return fail(io_error("cannot make a line to a child process", errno));
  const ScopedFd first(ends[0]);
  const ScopedFd second(ends[1]);
  Line line{ScopedFd(::fcntl(first.get(), F_DUPFD_CLOEXEC, kFirstOwnFd)),
            ScopedFd(::fcntl(second.get(), F_DUPFD_CLOEXEC, kFirstOwnFd))};
  if (!line.ours.valid() || !line.theirs.valid())
    return fail(io_error("cannot make a line to a child process", errno));
  return line;
}

/// The two records that posix_spawn wants, released with the scope.
class SpawnSettings {
 public:
  SpawnSettings() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    // On some systems these are macros, which a leading :: would break.
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    sigdelset(&all, SIGKILL);
    sigdelset(&all, SIGSTOP);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(
        &attributes_,
        static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
  ~SpawnSettings() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
  }

  void connect(int target_fd, int source_fd, int null_flags) {
    if (source_fd == kNullDevice) {
      ::posix_spawn_file_actions_addopen(&actions_, target_fd, "/dev/null", null_flags, 0);
    } else if (source_fd != kInherited) {
      ::posix_spawn_file_actions_adddup2(&actions_, source_fd, target_fd);
    }
  }
  void connect(const SubprocessCommand& command, int line_fd) {
    const bool takes_output =
        command.line == ChildLine::output || command.line == ChildLine::output_and_errors;
    connect(STDIN_FILENO, command.input_fd, O_RDONLY);
    connect(STDOUT_FILENO, takes_output ? line_fd : command.output_fd, O_WRONLY);
    connect(STDERR_FILENO, command.line == ChildLine::output_and_errors ? line_fd : command.error_fd,
            O_WRONLY);
    if (command.line == ChildLine::control) connect(kControlFd, line_fd, O_RDWR);
  }

  Result<pid_t> spawn(const SubprocessCommand& command) const {
    std::vector<std::string> arguments = command.argv;
    std::vector<std::string> variables = environment_with(command.env);
    const auto argv = null_terminated(arguments);
    const auto environment = null_terminated(variables);
    pid_t pid = -1;
    const int error =
        ::posix_spawnp(&pid, argv.front(), &actions_, &attributes_, argv.data(), environment.data());
    if (error != 0) {
      return fail(ErrorKind::process, "cannot execute " + command.argv.front() + ": " + std::strerror(error));
    }
    return pid;
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

ProcessEnd end_of(int wait_status) {
  ProcessEnd end;
  if (WIFSIGNALED(wait_status)) {
    end.signal = WTERMSIG(wait_status);
  } else {
    end.exit_code = WEXITSTATUS(wait_status);
  }
  return end;
}

}  // namespace

std::string ProcessEnd::text() const {
  return signal ? "died of signal " + std::to_string(*signal)
                : "exited with " + std::to_string(exit_code.value_or(0));
}

Result<Subprocess> Subprocess::start(const SubprocessCommand& command) {
  if (command.argv.empty()) return fail(ErrorKind::invalid_argument, "an empty command");
  const std::lock_guard<std::mutex> spawning(spawn_mutex());
  TRY_ASSIGN(Line line, open_line(command.line));
  SpawnSettings settings;
  settings.connect(command, line.theirs.get());
  TRY_ASSIGN(const pid_t pid, settings.spawn(command));
  return Subprocess(pid, std::move(line.ours), command.argv.front());
}

Subprocess::Subprocess(pid_t pid, ScopedFd line, std::string program)
    : pid_(pid), line_(std::move(line)), program_(std::move(program)) {}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      line_(std::move(other.line_)),
      program_(std::move(other.program_)),
      end_(other.end_) {}

Subprocess::~Subprocess() {
  if (pid_ < 0 || end_) return;
  signal_group(SIGKILL);
  static_cast<void>(reap(0));
}

Result<std::optional<ProcessEnd>> Subprocess::reap(int flags) {
  while (!end_) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, flags);
    if (ended == pid_) {
      end_ = end_of(status);
    } else if (ended == 0) {
      return std::optional<ProcessEnd>();
    } else if (errno != EINTR) {
      return fail(io_error("cannot wait for " + program_, errno));
    }
  }
  return end_;
}

Result<std::optional<ProcessEnd>> Subprocess::poll() { return reap(WNOHANG); }

Result<ProcessEnd> Subprocess::wait() {
  TRY_ASSIGN(const auto end, reap(0));
  return *end;
}

bool Subprocess::take_stop() const {
  siginfo_t seen{};
  return !end_ && ::waitid(P_PID, static_cast<id_t>(pid_), &seen, WSTOPPED | WNOHANG) == 0 &&
         seen.si_pid == pid_;
}

void Subprocess::signal_process(int signal) const {
  if (!end_) ::kill(pid_, signal);
}

void Subprocess::signal_group(int signal) const { ::kill(-pid_, signal); }

Result<ScopedFd> open_unlinked_file() {
  std::error_code failed;
  auto folder = std::filesystem::temp_directory_path(failed);
  if (failed) folder = "/tmp";
  std::string pattern = (folder / "faultline-tool-XXXXXX").string();
  const std::lock_guard<std::mutex> spawning(spawn_mutex());
  ScopedFd fd(::mkstemp(pattern.data()));
  if (!fd.valid()) return fail(io_error("cannot create " + pattern, errno));
  ::unlink(pattern.c_str());
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

}  // namespace faultline

#include "core/base/tool_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "core/base/scoped_fd.h"

extern "C" char** environ;

namespace faultline {
namespace {

/// A file that nobody else can see, gone when closed.
Result<ScopedFd> unlinked_file() {
  std::error_code failed;
  auto folder = std::filesystem::temp_directory_path(failed);
  if (failed) folder = "/tmp";
  std::string pattern = (folder / "faultline-tool-XXXXXX").string();
  ScopedFd fd(::mkstemp(pattern.data()));
  if (!fd.valid()) return fail(io_error("cannot create " + pattern, errno));
  ::unlink(pattern.c_str());
  ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC);
  return fd;
}

Result<void> write_all(int fd, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(io_error("cannot write a tool's input", errno));
    done += static_cast<std::size_t>(count);
  }
  return {};
}

std::uint64_t size_of(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

std::string read_all(int fd, std::uint64_t limit_bytes) {
  std::string text(static_cast<std::size_t>(std::min(size_of(fd), limit_bytes)), '\0');
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = ::pread(fd, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
  }
  text.resize(done);
  return text;
}

/// The two records that posix_spawn wants, released with the scope.
struct SpawnSetup {
  posix_spawn_file_actions_t actions{};
  posix_spawnattr_t attributes{};

  SpawnSetup() {
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::sigdelset(&all, SIGKILL);
    ::sigdelset(&all, SIGSTOP);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  SpawnSetup(const SpawnSetup&) = delete;
  SpawnSetup& operator=(const SpawnSetup&) = delete;
  ~SpawnSetup() {
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
  }
};

/// Waits for `pid`, killing its group when time or output runs out.
Result<void> wait_for(pid_t pid, const ToolRun& run, int output_fd, int error_fd, ToolOutcome& outcome) {
  const auto deadline = std::chrono::steady_clock::now() + run.timeout;
  auto pause = std::chrono::microseconds(200);
  int status = 0;
  for (;;) {
    const pid_t got = ::waitpid(pid, &status, outcome.timed_out ? 0 : WNOHANG);
    if (got == pid) break;
    if (got < 0 && errno != EINTR) return fail(ErrorKind::process, "lost track of " + run.argv.front());
    if (got != 0) continue;
    if (std::chrono::steady_clock::now() >= deadline ||
        size_of(output_fd) + size_of(error_fd) > run.output_limit_bytes) {
      outcome.timed_out = true;
      ::kill(-pid, SIGKILL);
      continue;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(pause * 2, std::chrono::milliseconds(10));
  }
  ::kill(-pid, SIGKILL);  // Whatever it left behind in its group.
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return {};
}

}  // namespace

Result<ToolOutcome> run_tool(const ToolRun& run) {
  if (run.argv.empty()) return fail(ErrorKind::invalid_argument, "no program given");
  TRY_ASSIGN(const ScopedFd input, unlinked_file());
  TRY_ASSIGN(const ScopedFd output, unlinked_file());
  TRY_ASSIGN(const ScopedFd errors, unlinked_file());
  TRY(write_all(input.get(), run.input));

  SpawnSetup setup;
  ::posix_spawn_file_actions_adddup2(&setup.actions, input.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&setup.actions, output.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&setup.actions, errors.get(), STDERR_FILENO);
  std::vector<char*> argv;
  std::vector<std::string> arguments = run.argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, argv.front(), &setup.actions, &setup.attributes, argv.data(), environ);
  if (failed != 0) {
    return fail(ErrorKind::process, "cannot start " + run.argv.front() + ": " + std::strerror(failed));
  }

  ToolOutcome outcome;
  TRY(wait_for(pid, run, output.get(), errors.get(), outcome));
  outcome.output = read_all(output.get(), run.output_limit_bytes);
  outcome.error_output = read_all(errors.get(), run.output_limit_bytes);
  return outcome;
}

}  // namespace faultline

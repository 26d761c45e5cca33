#include "collector/reporter/process/child_process.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

extern char** environ;

namespace faultline {
namespace {

enum class Step : int { folder, exec };

/// What the child tells through the pipe that a successful exec closes.
struct ExecFailure {
  Step step = Step::exec;
  int error = 0;
};

struct Pipe {
  ScopedFd reader;
  ScopedFd writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return fail(io_error("cannot make a pipe to the command", errno));
  Pipe pipe{ScopedFd(ends[0]), ScopedFd(ends[1])};
  // Above the standard streams, which the child replaces.
  ScopedFd reader(::fcntl(ends[0], F_DUPFD_CLOEXEC, 16));
  ScopedFd writer(::fcntl(ends[1], F_DUPFD_CLOEXEC, 16));
  if (!reader.valid() || !writer.valid()) return fail(io_error("cannot make a pipe to the command", errno));
  return Pipe{std::move(reader), std::move(writer)};
}

/// The command starts with the signals of a fresh login, whatever we block or handle.
void reset_signals() {
  for (const int signal : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE, SIGXFSZ})
    ::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void redirect(const ChildCommand& command) {
  if (command.own_session) {
    ::setsid();
    const int null = ::open("/dev/null", O_RDONLY);
    if (null > 0) {
      ::dup2(null, STDIN_FILENO);
      ::close(null);
    }
  }
  if (command.output_fd >= 0) ::dup2(command.output_fd, STDOUT_FILENO);
  if (command.error_fd >= 0) ::dup2(command.error_fd, STDERR_FILENO);
}

/// Everything after fork, in the child. Nothing is allocated here.
[[noreturn]] void run_child(const ChildCommand& command, const Pipe& release, const Pipe& exec,
                            char* const* argv, char** environment) {
  redirect(command);
  ::close(release.writer.get());
  char go = 0;
  while (::read(release.reader.get(), &go, 1) < 0) {
    if (errno != EINTR) break;
  }
  if (go != 'g') ::_exit(127);  // Whoever held us back is gone.
  reset_signals();
  ExecFailure failure;
  if (!command.working_folder.empty() && ::chdir(command.working_folder.c_str()) != 0) {
    failure = {Step::folder, errno};
  } else {
    environ = environment;
    ::execvp(argv[0], argv);
    failure.error = errno;
  }
  while (::write(exec.writer.get(), &failure, sizeof failure) < 0 && errno == EINTR) {
  }
  ::_exit(127);
}

}  // namespace

Result<ChildProcess> ChildProcess::fork_held(const ChildCommand& command) {
  auto argv_texts = command.argv;
  auto environment_texts = environment_with(command.env);
  const auto argv = null_terminated(argv_texts);
  auto environment = null_terminated(environment_texts);
  TRY_ASSIGN(auto release, make_pipe());
  TRY_ASSIGN(auto exec, make_pipe());
  const pid_t pid = ::fork();
  if (pid < 0) return fail(io_error("cannot fork", errno));
  if (pid == 0) run_child(command, release, exec, argv.data(), environment.data());
  exec.writer.reset();
  return ChildProcess(pid, std::move(release.writer), std::move(exec.reader), command.argv.front(),
                      command.working_folder);
}

void ChildProcess::release() {
  const char go = 'g';
  while (::write(release_.get(), &go, 1) < 0 && errno == EINTR) {
  }
  release_.reset();
}

std::optional<std::string> ChildProcess::read_exec_failure() {
  ExecFailure failure;
  ssize_t got = 0;
  do {
    got = ::read(exec_.get(), &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  exec_.reset();
  if (got != static_cast<ssize_t>(sizeof failure)) return std::nullopt;
  const std::string reason = std::strerror(failure.error);
  if (failure.step == Step::folder)
    return "cannot enter the working folder " + folder_.string() + ": " + reason;
  std::string text = "cannot execute " + program_ + ": " + reason;
  if (failure.error == EACCES) text += "; is it a file that may be executed";
  if (failure.error == ENOENT && ::access(program_.c_str(), F_OK) == 0) {
    text += "; the file exists, so it is its interpreter that is missing";
  }
  return text;
}

}  // namespace faultline

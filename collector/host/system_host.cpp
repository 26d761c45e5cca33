#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include "collector/host/host_probe.h"
#include "collector/trial/process_runner.h"
#include "collector/trial/spawn_mutex.h"
#include "core/base/ascii.h"
#include "core/base/scoped_fd.h"

extern char** environ;

namespace faultline {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

struct SpawnFiles {
  SpawnFiles() { ::posix_spawn_file_actions_init(&actions); }
  SpawnFiles(const SpawnFiles&) = delete;
  SpawnFiles& operator=(const SpawnFiles&) = delete;
  ~SpawnFiles() { ::posix_spawn_file_actions_destroy(&actions); }
  posix_spawn_file_actions_t actions{};
};

struct SpawnAttributes {
  SpawnAttributes() {
    ::posix_spawnattr_init(&attributes);
    // A group of its own, so that all of it can be ended, and Ctrl-C reaches us alone.
    ::posix_spawnattr_setpgroup(&attributes, 0);
    // Our threads other than the first block all signals.
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes,
                               static_cast<short>(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK));
  }
  SpawnAttributes(const SpawnAttributes&) = delete;
  SpawnAttributes& operator=(const SpawnAttributes&) = delete;
  ~SpawnAttributes() { ::posix_spawnattr_destroy(&attributes); }
  posix_spawnattr_t attributes{};
};

/// Our environment with the variables of the command in it.
std::vector<std::string> environment_of(const HostCommand& command) {
  std::vector<std::string> entries;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const bool replaced = std::any_of(command.env.begin(), command.env.end(), [text](const auto& variable) {
      return text.starts_with(variable.first) && text.substr(variable.first.size()).starts_with('=');
    });
    if (!replaced) entries.emplace_back(text);
  }
  for (const auto& [name, value] : command.env) entries.push_back(name + "=" + value);
  return entries;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> spawn_with_output(const HostCommand& command, int output_fd) {
  SpawnFiles files;
  ::posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files.actions, output_fd, 1);
  if (command.with_errors) {
    ::posix_spawn_file_actions_adddup2(&files.actions, output_fd, 2);
  } else {
    ::posix_spawn_file_actions_addopen(&files.actions, 2, "/dev/null", O_WRONLY, 0);
  }
  const SpawnAttributes attributes;
  std::vector<std::string> copies = command.argv;
  std::vector<std::string> variables = environment_of(command);
  const auto arguments = pointers_to(copies);
  const auto environment = pointers_to(variables);
  pid_t pid = 0;
  const int error = ::posix_spawnp(&pid, arguments[0], &files.actions, &attributes.attributes,
                                   arguments.data(), environment.data());
  if (error != 0) return fail(io_error("cannot execute " + command.argv.front(), error));
  return pid;
}

int milliseconds_until(Deadline deadline) {
  const auto rest =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return rest.count() > 0 ? static_cast<int>(rest.count()) : 0;
}

/// Reads until the other end is closed; false if the time was up first.
bool read_output(int fd, Deadline deadline, std::size_t most_bytes, std::string& output) {
  std::array<char, 1024> buffer{};
  while (true) {
    pollfd waiting{fd, POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return false;
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    const std::size_t room = most_bytes - std::min(output.size(), most_bytes);
    output.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
  }
}

/// The wait status, or nullopt if the process had to be ended.
std::optional<int> reap(pid_t pid, Deadline deadline) {
  int status = 0;
  while (true) {
    const pid_t waited = ::waitpid(pid, &status, WNOHANG);
    if (waited == pid) return status;
    if (waited < 0 && errno != EINTR) return std::nullopt;
    if (milliseconds_until(deadline) == 0) break;
    ::poll(nullptr, 0, 2);
  }
  ::kill(-pid, SIGKILL);
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return std::nullopt;
}

Failure failed(const HostCommand& command, const std::string& how, const std::string& output) {
  const std::string said(trimmed(output));
  const std::size_t line = said.find_last_of('\n');
  const std::string last = line == std::string::npos ? said : said.substr(line + 1);
  return fail(ErrorKind::process, command.argv.front() + " " + how + (last.empty() ? "" : ": " + last));
}

}  // namespace

std::optional<std::uint64_t> SystemHost::free_bytes(const std::filesystem::path& path) {
  struct statvfs info{};
  if (::statvfs(path.c_str(), &info) != 0) return std::nullopt;
  return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
}

std::optional<double> SystemHost::load_1min() {
  double load = 0.0;
  if (::getloadavg(&load, 1) != 1) return std::nullopt;
  return load;
}

Result<std::int64_t> SystemHost::end_survivors(const std::filesystem::path& trial_folder,
                                               const std::string& boot_session) {
  return end_surviving_trial(trial_folder, boot_session);
}

Result<std::string> SystemHost::command_output(const std::vector<std::string>& argv,
                                               std::chrono::milliseconds limit) {
  HostCommand command;
  command.argv = argv;
  command.limit = limit;
  return run_command(command);
}

Result<std::string> SystemHost::run_command(const HostCommand& command) {
  if (command.argv.empty()) return fail(ErrorKind::invalid_argument, "an empty command");
  std::unique_lock<std::mutex> spawning(spawn_mutex());
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return fail(io_error("cannot make a pipe", errno));
  ScopedFd ours(ends[0]);
  ScopedFd theirs(ends[1]);
  ::fcntl(ours.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(theirs.get(), F_SETFD, FD_CLOEXEC);
  TRY_ASSIGN(const pid_t pid, spawn_with_output(command, theirs.get()));
  theirs.reset();
  spawning.unlock();
  const Deadline deadline = std::chrono::steady_clock::now() + command.limit;
  std::string output;
  const bool closed = read_output(ours.get(), deadline, command.most_output_bytes, output);
  const auto status = reap(pid, closed ? deadline : Deadline{});
  if (!status) {
    return fail(ErrorKind::timeout, command.argv.front() + " did not end within " +
                                        std::to_string(command.limit.count()) + " ms");
  }
  if (WIFSIGNALED(*status)) {
    return failed(command, "died of signal " + std::to_string(WTERMSIG(*status)), output);
  }
  if (WEXITSTATUS(*status) != 0) {
    return failed(command, "exited with " + std::to_string(WEXITSTATUS(*status)), output);
  }
  return std::string(trimmed(output));
}

}  // namespace faultline

#include "collector/reporter/process/helper_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "collector/reporter/process/child_process.h"

namespace faultline {
namespace {

constexpr std::size_t kMostOutputBytes = 4096;

int milliseconds_until(HelperProgram::Deadline deadline) {
  const auto rest = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(rest.count(), 0));
}

/// A shell that starts the program and leaves at once: the program is then init's.
std::vector<std::string> detached(const std::vector<std::string>& argv) {
  std::vector<std::string> shell{"/bin/sh", "-c", "\"$@\" &", "sh"};
  shell.insert(shell.end(), argv.begin(), argv.end());
  return shell;
}

}  // namespace

Result<HelperProgram> HelperProgram::start(const std::vector<std::string>& argv) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return fail(io_error("cannot make a pipe to " + argv.front(), errno));
  ScopedFd reader(ends[0]);
  const ScopedFd writer(ends[1]);
  ::fcntl(reader.get(), F_SETFD, FD_CLOEXEC);
  ::fcntl(writer.get(), F_SETFD, FD_CLOEXEC);
  ChildCommand command;
  command.argv = detached(argv);
  command.output_fd = writer.get();
  command.error_fd = writer.get();
  TRY_ASSIGN(auto shell, ChildProcess::fork_held(command));
  shell.release();
  while (::waitpid(shell.pid(), nullptr, 0) < 0 && errno == EINTR) {
  }
  if (auto failure = shell.read_exec_failure()) return fail(ErrorKind::process, *failure);
  return HelperProgram(argv.front(), shell.pid(), std::move(reader));
}

Result<std::string> HelperProgram::finish(Deadline deadline) {
  std::string output;
  std::array<char, 1024> buffer{};
  while (true) {
    pollfd waiting{output_.get(), POLLIN, 0};
    const int ready = ::poll(&waiting, 1, milliseconds_until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      end();
      return fail(ErrorKind::timeout, name_ + " did not end in time and was killed");
    }
    const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    const auto room = kMostOutputBytes - output.size();
    output.append(buffer.data(), std::min(static_cast<std::size_t>(got), room));
  }
  output_.reset();
  return output;
}

void HelperProgram::end() {
  // As long as somebody holds the other end, the group is not empty, and its number not another's.
  if (output_.valid()) ::kill(-group_, SIGKILL);
  output_.reset();
}

}  // namespace faultline

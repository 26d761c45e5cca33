#include "collector/host/command_runner.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string_view>

#include "core/process/subprocess.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

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

/// How it ended, or nullopt if it had to be ended.
Result<std::optional<ProcessEnd>> wait_until(Deadline deadline, Subprocess& process) {
  while (true) {
    TRY_ASSIGN(const auto end, process.poll());
    if (end) return end;
    if (milliseconds_until(deadline) == 0) break;
    ::poll(nullptr, 0, 2);
  }
  process.signal_group(SIGKILL);
  TRY(process.wait());
  return std::optional<ProcessEnd>();
}

Failure failed(const HostCommand& command, const std::string& how, const std::string& output) {
  const std::string said(trimmed(output));
  const std::size_t line = said.find_last_of('\n');
  const std::string last = line == std::string::npos ? said : said.substr(line + 1);
  return fail(ErrorKind::process, command.argv.front() + " " + how + (last.empty() ? "" : ": " + last));
}

}  // namespace

Result<std::string> SystemCommandRunner::run(const HostCommand& command) {
  SubprocessCommand wanted;
  wanted.argv = command.argv;
  wanted.env = command.env;
  wanted.line = command.with_errors ? ChildLine::output_and_errors : ChildLine::output;
  TRY_ASSIGN(auto process, Subprocess::start(wanted));
  const Deadline deadline = std::chrono::steady_clock::now() + command.limit;
  std::string output;
  const bool closed = read_output(process.line().get(), deadline, command.most_output_bytes, output);
  TRY_ASSIGN(const auto end, wait_until(closed ? deadline : Deadline{}, process));
  if (!end) {
    return fail(ErrorKind::timeout, command.argv.front() + " did not end within " +
                                        std::to_string(command.limit.count()) + " ms");
  }
  if (!end->succeeded()) return failed(command, end->text(), output);
  return std::string(trimmed(output));
}

Result<std::string> SystemCommandRunner::output_of(const std::vector<std::string>& argv,
                                                   std::chrono::milliseconds limit) {
  HostCommand command;
  command.argv = argv;
  command.limit = limit;
  return run(command);
}

}  // namespace faultline

#include "collector/trial/supervisor_process.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <utility>

namespace faultline {
namespace {

/// How long a stop asked for may go unnoticed.
constexpr int kStopPollMs = 50;
/// A supervisor that is stopped more often than this is given up.
constexpr int kMostStops = 20;

/// Takes what the supervisor has to say; false once it has closed its end, which it does by exiting.
bool read_words(const ScopedFd& fd, std::string& said, int flags = 0) {
  std::array<char, 512> buffer{};
  const ssize_t got = ::recv(fd.get(), buffer.data(), buffer.size(), flags);
  if (got < 0) return errno == EINTR;
  said.append(buffer.data(), static_cast<std::size_t>(got));
  return got > 0;
}

/// Nothing where it ended as it should; else by whom it was ended.
Result<std::optional<std::string>> check_end(const ProcessEnd& end, std::string said) {
  if (end.signal) return "the trial's supervisor was killed by signal " + std::to_string(*end.signal);
  if (end.succeeded()) return std::nullopt;
  if (said.empty()) said = "it exited with status " + std::to_string(end.exit_code.value_or(0));
  return fail(ErrorKind::process, "the trial's supervisor failed: " + said);
}

}  // namespace

Result<SupervisorProcess> SupervisorProcess::spawn(const std::filesystem::path& program) {
  SubprocessCommand command;
  command.argv = {program.string(), "--trial-fd", std::to_string(kControlFd)};
  command.input_fd = command.output_fd = command.error_fd = kInherited;
  command.line = ChildLine::control;
  auto process = Subprocess::start(command);
  if (!process) return fail(process.error().add_context("cannot start the supervisor " + program.string()));
  return SupervisorProcess(std::move(*process));
}

SupervisorProcess::~SupervisorProcess() {
  if (process_.pid() < 0) return;  // Moved from.
  process_.line().reset();
  static_cast<void>(process_.wait());
}

Result<void> SupervisorProcess::give(const TrialSpec& spec) {
  const std::string text = write_trial_spec(spec);
  // With its final NUL, which says that this is all.
  const char* next = text.c_str();
  std::size_t left = text.size() + 1;
  while (left > 0) {
    const ssize_t sent = ::write(process_.line().get(), next, left);
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
      ::shutdown(process_.line().get(), SHUT_WR);
    }
    if (!killed && Steady::now() >= deadline) {
      killed = true;
      process_.signal_process(SIGKILL);
    }
    if (is_open) {
      pollfd waited{process_.line().get(), POLLIN, 0};
      if (::poll(&waited, 1, kStopPollMs) > 0) is_open = read_words(process_.line(), said);
    } else {
      // Its end of the line is closed: it exits now, unless somebody stopped it on the way.
      ::poll(nullptr, 0, 1);
    }
    // Stopped, by its trial or by a person: it is continued, a limited number of times.
    if (process_.take_stop()) process_.signal_process(++stops <= kMostStops ? SIGCONT : SIGKILL);
    TRY_ASSIGN(const auto end, process_.poll());
    if (!end) continue;
    // Output between the last read and its end.
    while (is_open && read_words(process_.line(), said, MSG_DONTWAIT)) {
    }
    if (killed) return std::string("the trial's supervisor did not answer and was killed");
    return check_end(*end, std::move(said));
  }
}

}  // namespace faultline

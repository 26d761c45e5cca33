#include "core/process/tool_process.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

#include "core/base/scoped_fd.h"
#include "core/process/subprocess.h"

namespace faultline {
namespace {

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

/// Waits for its end, killing its group when time or output runs out.
Result<void> wait_for(Subprocess& process, const ToolRun& run, int output_fd, int error_fd,
                      ToolOutcome& outcome) {
  const auto deadline = std::chrono::steady_clock::now() + run.timeout;
  auto pause = std::chrono::microseconds(200);
  std::optional<ProcessEnd> end;
  while (true) {
    TRY_ASSIGN(end, process.poll());
    if (end) break;
    if (std::chrono::steady_clock::now() >= deadline ||
        size_of(output_fd) + size_of(error_fd) > run.output_limit_bytes) {
      outcome.timed_out = true;
      process.signal_group(SIGKILL);
      TRY_ASSIGN(end, process.wait());
      break;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(pause * 2, std::chrono::milliseconds(10));
  }
  process.signal_group(SIGKILL);  // Whatever it left behind in its group.
  outcome.exit_code = end->exit_code;
  outcome.signal = end->signal;
  return {};
}

}  // namespace

Result<ToolOutcome> run_tool(const ToolRun& run) {
  TRY_ASSIGN(const ScopedFd input, open_unlinked_file());
  TRY_ASSIGN(const ScopedFd output, open_unlinked_file());
  TRY_ASSIGN(const ScopedFd errors, open_unlinked_file());
  TRY(write_all(input.get(), run.input));
  SubprocessCommand command;
  command.argv = run.argv;
  command.input_fd = input.get();
  command.output_fd = output.get();
  command.error_fd = errors.get();
  TRY_ASSIGN(auto process, Subprocess::start(command));
  ToolOutcome outcome;
  TRY(wait_for(process, run, output.get(), errors.get(), outcome));
  outcome.output = read_all(output.get(), run.output_limit_bytes);
  outcome.error_output = read_all(errors.get(), run.output_limit_bytes);
  return outcome;
}

}  // namespace faultline

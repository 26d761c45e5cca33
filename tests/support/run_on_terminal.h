// Runs a program whose stderr is a terminal, and keeps what that was sent.

#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <string>
#include <vector>

#include "core/base/scoped_fd.h"
#include "tests/support/run_program.h"

namespace faultline {

/// `err` has the line ends of a terminal: `\r\n`.
inline ProgramResult run_on_terminal(const std::vector<std::string>& argv) {
  const ScopedTempFolder folder;
  ProgramResult result;
  const ScopedFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!terminal.valid() || ::grantpt(terminal.get()) != 0 || ::unlockpt(terminal.get()) != 0) return result;
  const pid_t pid = start_program(argv, folder / "out", ::ptsname(terminal.get()));
  std::array<char, 4096> bytes{};
  // The last one to close the other side ends it.
  for (ssize_t got = 0; (got = ::read(terminal.get(), bytes.data(), bytes.size())) > 0;)
    result.err.append(bytes.data(), static_cast<std::size_t>(got));
  result.exit_status = wait_for_program(pid);
  result.out = read_whole(folder / "out");
  return result;
}

}  // namespace faultline

// Runs a program to its end and keeps what it printed: for tests that stand where the user stands.

#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/scoped_temp_folder.h"

extern "C" char** environ;

namespace faultline {

struct ProgramResult {
  int exit_status = -1;  ///< 128 + signal where one ended it.
  std::string out;
  std::string err;
};

inline std::string read_whole(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// A started program; its output goes to files in `folder`.
inline pid_t start_program(const std::vector<std::string>& argv, const std::filesystem::path& out,
                           const std::filesystem::path& err, const std::filesystem::path& in = "/dev/null") {
  std::vector<char*> arguments;
  arguments.reserve(argv.size() + 1);
  for (const auto& argument : argv) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, in.c_str(), O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? pid : -1;
}

inline int wait_for_program(pid_t pid) {
  int status = 0;
  if (pid < 0 || ::waitpid(pid, &status, 0) != pid) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

inline ProgramResult run_program(const std::vector<std::string>& argv,
                                 const std::filesystem::path& in = "/dev/null") {
  const ScopedTempFolder folder;
  ProgramResult result;
  result.exit_status = wait_for_program(start_program(argv, folder / "out", folder / "err", in));
  result.out = read_whole(folder / "out");
  result.err = read_whole(folder / "err");
  return result;
}

/// The programs of this build.
inline std::string faultline_program() { return FAULTLINE_BINARY_DIR "/bin/faultline"; }
inline std::string sample_program(const std::string& name) { return FAULTLINE_BINARY_DIR "/samples/" + name; }

}  // namespace faultline

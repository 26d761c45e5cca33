#include "app/jobs/log_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "core/base/scoped_fd.h"

namespace faultline {

void rotate_log(const std::filesystem::path& path, int kept) {
  std::error_code ignored;
  for (int number = kept; number > 1; --number) {
    std::filesystem::rename(path.string() + "." + std::to_string(number - 1),
                            path.string() + "." + std::to_string(number), ignored);
  }
  std::filesystem::rename(path, path.string() + ".1", ignored);
}

Result<LogFile> LogFile::open(std::filesystem::path path, std::uint64_t largest_bytes) {
  std::error_code error;
  path = std::filesystem::absolute(path, error);
  std::filesystem::create_directories(path.parent_path(), error);
  if (error) return fail(io_error("cannot make the folder of the log " + path.string(), error.value()));
  LogFile log(std::move(path), largest_bytes);
  const auto size = std::filesystem::file_size(log.path_, error);
  if (!error && size >= log.largest_bytes_) rotate_log(log.path_);
  TRY(log.take_output());
  return log;
}

Result<void> LogFile::rotate_if_large() {
  std::error_code error;
  const auto size = std::filesystem::file_size(path_, error);
  if (error || size < largest_bytes_) return {};
  rotate_log(path_);
  return take_output();
}

Result<void> LogFile::take_output() const {
  const ScopedFd fd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!fd.valid()) return fail(io_error("cannot open the log " + path_.string(), errno));
  std::fflush(stdout);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(fd.get(), stream) < 0)
      return fail(io_error("cannot write into the log " + path_.string(), errno));
  }
  return {};
}

}  // namespace faultline

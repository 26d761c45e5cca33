#include "core/files/text_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/base/scoped_fd.h"
#include "core/files/flush_file.h"
#include "core/files/write_all.h"

namespace faultline {
namespace {

Result<void> check_regular(int fd, const std::filesystem::path& path, std::uint64_t limit_bytes,
                           std::uint64_t& size_bytes) {
  struct stat info{};
  if (::fstat(fd, &info) != 0) return fail(io_error("cannot inspect " + path.string(), errno));
  if (S_ISDIR(info.st_mode)) return fail(ErrorKind::unsupported, path.string() + " is a folder, not a file");
  if (!S_ISREG(info.st_mode)) {
    return fail(ErrorKind::unsupported,
                path.string() + " is not a regular file; copy its contents to one first");
  }
  size_bytes = static_cast<std::uint64_t>(info.st_size);
  if (size_bytes > limit_bytes) {
    return fail(ErrorKind::unsupported, path.string() + " has " + std::to_string(size_bytes) +
                                            " bytes, more than the limit of " + std::to_string(limit_bytes));
  }
  return {};
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const ScopedFd fd(::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || flush_file(fd.get()) != 0)
    return fail(io_error("cannot flush " + folder.string(), errno));
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
  const ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return fail(io_error("cannot read " + path.string(), errno));
  std::uint64_t size_bytes = 0;
  TRY(check_regular(fd.get(), path, limit_bytes, size_bytes));
  std::string text;
  // One byte more, so that the end is met without growing. /proc files report a size of 0.
  text.resize(size_bytes == 0 ? 4096 : size_bytes + 1);
  std::size_t filled = 0;
  while (true) {
    if (filled == text.size()) text.resize(2 * text.size());  // The file grows while it is read.
    const ssize_t got = ::read(fd.get(), text.data() + filled, text.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(io_error("cannot read " + path.string(), errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > limit_bytes) {
      return fail(ErrorKind::unsupported, path.string() + " grew beyond the limit while it was read");
    }
  }
  text.resize(filled);
  return text;
}

Result<void> write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                                   Durability durability) {
  const auto temporary =
      path.parent_path() / ("." + path.filename().string() + ".tmp-" + std::to_string(::getpid()));
  ScopedFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid()) return fail(io_error("cannot create " + temporary.string(), errno));
  Result<void> written;
  if (!write_all(fd.get(), bytes)) written = fail(io_error("cannot write " + temporary.string(), errno));
  if (written && durability == Durability::synced && flush_file(fd.get()) != 0) {
    written = fail(io_error("cannot flush " + temporary.string(), errno));
  }
  // Some file systems tell only here that there was no room.
  if (::close(fd.release()) != 0 && written)
    written = fail(io_error("cannot write " + temporary.string(), errno));
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = fail(io_error("cannot rename " + temporary.string() + " to " + path.string(), errno));
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (durability == Durability::synced) return sync_folder(path.parent_path());
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(io_error("cannot make the folder " + folder.string(), error.value()));
  return {};
}

}  // namespace faultline

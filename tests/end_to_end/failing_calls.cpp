// Loaded before libc by a test: one call of the write path fails, or all of them are written down.
//
// Meant are writes, flushes and cuts, and what makes or renames a file or makes a folder.
//
//   FAULTLINE_CALLS_OF     part of the path of the files that are meant
//   FAULTLINE_FAIL_AT      which call of them fails, from 1; unset: none
//   FAULTLINE_FAIL_WITH    an errno as a number, or `short`: half of the bytes are written
//   FAULTLINE_FAIL_SEEN    a file that is made when the call has failed
//   FAULTLINE_CALLS_LOG    a file that gets each write: name, offset, length, bytes; truncations have length
//   -1

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string path_of(int fd) {
  char path[4096];
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : std::string();
}

bool is_meant(const std::string& path) {
  const std::string part = setting("FAULTLINE_CALLS_OF");
  return !part.empty() && path.find(part) != std::string::npos;
}

enum class Fate { goes_on, fails, is_short };

/// What becomes of this call; errno is set where it fails.
Fate next_fate(const std::string& path) {
  static std::atomic<long> calls{0};
  if (!is_meant(path)) return Fate::goes_on;
  if (++calls != std::atol(setting("FAULTLINE_FAIL_AT"))) return Fate::goes_on;
  // Its path is not meant, so that this is no call that counts.
  const int seen = ::open(setting("FAULTLINE_FAIL_SEEN"), O_WRONLY | O_CREAT, 0600);
  if (seen >= 0) ::close(seen);
  const std::string how = setting("FAULTLINE_FAIL_WITH");
  if (how == "short") return Fate::is_short;
  errno = std::atoi(how.c_str());
  return Fate::fails;
}

Fate next_fate(int fd) { return next_fate(path_of(fd)); }

void log_call(int fd, off_t offset, long length, const void* bytes) {
  const char* const log = setting("FAULTLINE_CALLS_LOG");
  const auto path = path_of(fd);
  if (*log == '\0' || !is_meant(path)) return;
  const int out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (out < 0) return;
  std::string record =
      path.substr(path.rfind('/') + 1) + " " + std::to_string(offset) + " " + std::to_string(length) + "\n";
  if (length > 0) record.append(static_cast<const char*>(bytes), static_cast<std::size_t>(length));
  static const auto write_through = real<ssize_t (*)(int, const void*, size_t)>("write");
  if (write_through(out, record.data(), record.size()) < 0) std::abort();
  ::close(out);
}

using Pwrite = ssize_t (*)(int, const void*, size_t, off_t);

ssize_t pwrite_once(const char* name, int fd, const void* bytes, size_t length, off_t offset) {
  const auto through = real<Pwrite>(name);
  const Fate fate = next_fate(fd);
  if (fate == Fate::fails) return -1;
  if (fate == Fate::is_short && length > 1) length /= 2;
  const ssize_t written = through(fd, bytes, length, offset);
  if (written > 0) log_call(fd, offset, written, bytes);
  return written;
}

int flush_once(const char* name, int fd) {
  return next_fate(fd) == Fate::fails ? -1 : real<int (*)(int)>(name)(fd);
}

int truncate_once(const char* name, int fd, off_t length) {
  if (next_fate(fd) == Fate::fails) return -1;
  const int done = real<int (*)(int, off_t)>(name)(fd, length);
  if (done == 0) log_call(fd, length, -1, nullptr);
  return done;
}

int open_once(const char* name, const char* path, int flags, mode_t mode) {
  if ((flags & O_CREAT) != 0 && next_fate(std::string(path)) == Fate::fails) return -1;
  return real<int (*)(const char*, int, mode_t)>(name)(path, flags, mode);
}

mode_t mode_of(int flags, va_list more) { return (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0; }

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_once("open", path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open_once("open64", path, flags, mode);
}
int rename(const char* from, const char* to) noexcept {
  if (next_fate(std::string(to)) == Fate::fails) return -1;
  return real<int (*)(const char*, const char*)>("rename")(from, to);
}
int mkdir(const char* path, mode_t mode) noexcept {
  if (next_fate(std::string(path)) == Fate::fails) return -1;
  return real<int (*)(const char*, mode_t)>("mkdir")(path, mode);
}

ssize_t write(int fd, const void* bytes, size_t length) {
  static const auto through = real<ssize_t (*)(int, const void*, size_t)>("write");
  const Fate fate = next_fate(fd);
  if (fate == Fate::fails) return -1;
  if (fate == Fate::is_short && length > 1) length /= 2;
  const off_t offset = is_meant(path_of(fd)) ? ::lseek(fd, 0, SEEK_CUR) : 0;
  const ssize_t written = through(fd, bytes, length);
  if (written > 0) log_call(fd, offset, written, bytes);
  return written;
}
ssize_t pwrite(int fd, const void* bytes, size_t length, off_t offset) {
  return pwrite_once("pwrite", fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void* bytes, size_t length, off_t offset) {
  return pwrite_once("pwrite64", fd, bytes, length, offset);
}
int fsync(int fd) { return flush_once("fsync", fd); }
int fdatasync(int fd) { return flush_once("fdatasync", fd); }
int ftruncate(int fd, off_t length) noexcept { return truncate_once("ftruncate", fd, length); }
int ftruncate64(int fd, off_t length) noexcept { return truncate_once("ftruncate64", fd, length); }

}  // extern "C"

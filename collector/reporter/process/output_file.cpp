#include "collector/reporter/process/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "core/files/text_file.h"

namespace faultline {
namespace {

/// How much more than head and tail may lie on the disk before guard() acts.
constexpr std::uint64_t kSlackBytes = 8ULL << 20;
constexpr std::uint64_t kBlockBytes = 64ULL << 10;

std::uint64_t file_size(int fd) {
  struct stat info{};
  return ::fstat(fd, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

Result<std::string> read_range(int fd, std::uint64_t offset, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got =
        ::pread(fd, bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(io_error("cannot read the output of the trial", errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

Result<OutputFile> OutputFile::create(std::filesystem::path path, std::uint64_t limit_bytes) {
  // O_APPEND: after somebody truncates the file, or two writers share it, nothing overwrites anything.
  ScopedFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644));
  if (!fd.valid()) return fail(io_error("cannot create " + path.string(), errno));
  return OutputFile(std::move(path), limit_bytes, std::move(fd));
}

std::uint64_t OutputFile::guard() {
  const auto size = file_size(fd_.get());
  const auto grown = size > seen_bytes_ ? size - seen_bytes_ : 0;
  seen_bytes_ = size;
  const auto first = std::max((limit_bytes_ + kBlockBytes - 1) / kBlockBytes * kBlockBytes, freed_to_bytes_);
  if (size < first + limit_bytes_ + kSlackBytes) return grown;
  const auto last = (size - limit_bytes_) / kBlockBytes * kBlockBytes;
  if (last > first &&
      free_file_blocks(fd_.get(), static_cast<off_t>(first), static_cast<off_t>(last - first))) {
    freed_to_bytes_ = last;
  }
  return grown;
}

Result<void> OutputFile::finish() {
  const auto size = file_size(fd_.get());
  if (size <= 2 * limit_bytes_) return {};
  TRY_ASSIGN(auto text, read_range(fd_.get(), 0, limit_bytes_));
  TRY_ASSIGN(const auto tail, read_range(fd_.get(), size - limit_bytes_, limit_bytes_));
  text += fmt::format("\n[faultline: {} bytes left out]\n", size - 2 * limit_bytes_);
  text += tail;
  return write_file_atomically(path_, text);
}

}  // namespace faultline

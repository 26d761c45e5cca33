#include "analyzer/symbolize/files/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/base/scoped_fd.h"
#include "core/files/file_times.h"

namespace faultline {
namespace {

FileStamp stamp_of(const struct stat& status) {
  FileStamp stamp;
  stamp.device = static_cast<std::uint64_t>(status.st_dev);
  stamp.inode = static_cast<std::uint64_t>(status.st_ino);
  stamp.size_bytes = static_cast<std::uint64_t>(status.st_size);
  const FileTimes times = file_times(status);
  stamp.modified_ns = times.modified_ns;
  stamp.changed_ns = times.changed_ns;
  return stamp;
}

}  // namespace

std::optional<FileStamp> find_file_stamp(const std::filesystem::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
  // O_NONBLOCK: opening a FIFO must not wait for its writer.
  ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) return fail(io_error("cannot open " + path.string(), errno));
  struct stat status = {};
  if (::fstat(fd.get(), &status) != 0) return fail(io_error("cannot stat " + path.string(), errno));
  if (!S_ISREG(status.st_mode)) return fail(ErrorKind::unsupported, path.string() + " is not a regular file");

  const FileStamp stamp = stamp_of(status);
  if (stamp.size_bytes == 0) return MappedFile(nullptr, stamp);
  void* data = ::mmap(nullptr, stamp.size_bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (data == MAP_FAILED) return fail(io_error("cannot map " + path.string(), errno));
  return MappedFile(data, stamp);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, stamp_.size_bytes);
}

std::string_view MappedFile::bytes() const {
  if (data_ == nullptr) return {};
  return {static_cast<const char*>(data_), static_cast<std::size_t>(stamp_.size_bytes)};
}

}  // namespace faultline

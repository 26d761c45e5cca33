// A whole file as bytes, without reading it: symbol files are often hundreds of megabytes.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"

namespace faultline {

/// What tells one state of a file from another without reading it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  ///< Of the inode: no program can set it back.
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// nullopt where there is no such file.
std::optional<FileStamp> find_file_stamp(const std::filesystem::path& path);

/// A read-only mapping of a regular file.
///
/// Ownership: unmaps on destruction; views of bytes() end with it. Move-only.
/// A file that another process cuts short while it is mapped kills the reader with SIGBUS on both
/// systems. Files of the archive and the cache are replaced by rename only, so that cannot happen there.
class MappedFile {
 public:
  /// Maps `path`. A folder, FIFO or device is refused; an empty file maps to empty bytes.
  static Result<MappedFile> open(const std::filesystem::path& path);

  MappedFile(MappedFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), stamp_(std::exchange(other.stamp_, {})) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(stamp_, other.stamp_);
    return *this;
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::string_view bytes() const;
  [[nodiscard]] const FileStamp& stamp() const { return stamp_; }

 private:
  MappedFile(void* data, FileStamp stamp) : data_(data), stamp_(stamp) {}

  void* data_ = nullptr;  // Null exactly where the file is empty.
  FileStamp stamp_;
};

}  // namespace faultline

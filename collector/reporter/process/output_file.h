// One output stream of a trial: a file of which the first and the last part are kept.

#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/base/scoped_fd.h"

namespace faultline {

/// A file that a command writes to, kept small while it runs and afterwards.
///
/// A file and not a pipe: a grandchild that keeps the descriptor open must neither block the trial's end
/// nor be killed by SIGPIPE. The file grows as the command writes; guard(), called now and then, gives
/// the disk blocks of its middle back (the file becomes sparse), and finish() cuts it to head, a line
/// that says how much was left out, and tail.
///
/// Ownership: owns its descriptor. Threads: one.
class OutputFile {
 public:
  /// Creates or empties `path`. `limit_bytes` is how much of head and of tail is kept, each.
  static Result<OutputFile> create(std::filesystem::path path, std::uint64_t limit_bytes);

  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Returns the bytes that were written since the last call, so that the caller can come sooner.
  std::uint64_t guard();

  /// After the last writer is gone.
  Result<void> finish();

 private:
  OutputFile(std::filesystem::path path, std::uint64_t limit_bytes, ScopedFd fd)
      : path_(std::move(path)), limit_bytes_(limit_bytes), fd_(std::move(fd)) {}

  std::filesystem::path path_;
  std::uint64_t limit_bytes_;
  ScopedFd fd_;
  std::uint64_t seen_bytes_ = 0;
  std::uint64_t freed_to_bytes_ = 0;  // What lies below, except the head, has no blocks any more.
};

/// Gives the blocks of a part of a file back; false where the file system cannot. The size stays.
bool free_file_blocks(int fd, off_t offset, off_t length);

}  // namespace faultline

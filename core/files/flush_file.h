// Written bytes, all the way to the disk.

#pragma once

namespace faultline {

/// Returns once a power cut can no longer take what was written to `fd` (a file or a folder); 0, or -1 with
/// errno. On macOS fsync() ends in the drive's own memory, so that more is asked for there.
int flush_file(int fd);

}  // namespace faultline

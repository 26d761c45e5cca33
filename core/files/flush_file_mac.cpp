#include <fcntl.h>
#include <unistd.h>

#include "core/files/flush_file.h"

namespace faultline {

int flush_file(int fd) {
  // Not every file system knows it: then fsync() is all there is.
  return ::fcntl(fd, F_FULLFSYNC) == 0 ? 0 : ::fsync(fd);
}

}  // namespace faultline

#include <fcntl.h>

#include "collector/reporter/process/output_file.h"

namespace faultline {

bool free_file_blocks(int fd, off_t offset, off_t length) {
  return ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length) == 0;
}

}  // namespace faultline

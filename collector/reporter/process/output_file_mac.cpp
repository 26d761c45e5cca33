#include <fcntl.h>

#include "collector/reporter/process/output_file.h"

namespace faultline {

bool free_file_blocks(int fd, off_t offset, off_t length) {
  fpunchhole_t hole{};
  hole.fp_offset = offset;
  hole.fp_length = length;
  return ::fcntl(fd, F_PUNCHHOLE, &hole) == 0;
}

}  // namespace faultline

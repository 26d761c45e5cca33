#include <unistd.h>

#include "core/files/flush_file.h"

namespace faultline {

int flush_file(int fd) { return ::fsync(fd); }

}  // namespace faultline

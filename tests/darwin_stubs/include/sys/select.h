#pragma once
#include <darwin_types.h>
#define FD_SETSIZE 1024
typedef struct {
  int32_t fds_bits[32];
} fd_set;
DARWIN_C_BEGIN
int select(int, fd_set*, fd_set*, fd_set*, struct timeval*);
int pselect(int, fd_set*, fd_set*, fd_set*, const struct timespec*, const sigset_t*);
DARWIN_C_END

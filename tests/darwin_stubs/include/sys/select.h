#pragma once
#include <darwin_types.h>
#define FD_SETSIZE 1024
typedef struct {
  int32_t fds_bits[32];
} fd_set;
#define FD_ZERO(set) __builtin_memset((set), 0, sizeof(*(set)))
#define FD_SET(fd, set) ((void)((set)->fds_bits[(fd) / 32] |= (int32_t)(1U << ((unsigned)(fd) % 32U))))
#define FD_CLR(fd, set) ((void)((set)->fds_bits[(fd) / 32] &= (int32_t)~(1U << ((unsigned)(fd) % 32U))))
#define FD_ISSET(fd, set) (((set)->fds_bits[(fd) / 32] & (int32_t)(1U << ((unsigned)(fd) % 32U))) != 0)
DARWIN_C_BEGIN
int select(int, fd_set*, fd_set*, fd_set*, struct timeval*);
int pselect(int, fd_set*, fd_set*, fd_set*, const struct timespec*, const sigset_t*);
DARWIN_C_END

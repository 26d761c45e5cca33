// The integer types that Darwin's C library gives its names on arm64. Every other header here starts from
// them. Widths matter more than anything else here: uint64_t is `unsigned long long` and size_t `unsigned
// long`, two types, where Linux has one for both.
#pragma once

#define __need_size_t
#define __need_wchar_t
#define __need_NULL
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define DARWIN_C_BEGIN extern "C" {
#define DARWIN_C_END }
#else
#define DARWIN_C_BEGIN
#define DARWIN_C_END
#endif

typedef uint32_t __uint32_t;
typedef long ssize_t;
typedef long time_t;
typedef unsigned long clock_t;
typedef int32_t pid_t;
typedef int32_t dev_t;
typedef uint32_t uid_t;
typedef uint32_t gid_t;
typedef uint32_t id_t;
typedef uint16_t mode_t;
typedef uint16_t nlink_t;
typedef uint64_t ino_t;
typedef int64_t off_t;
typedef int64_t blkcnt_t;
typedef int32_t blksize_t;
typedef unsigned int fsblkcnt_t;
typedef unsigned int fsfilcnt_t;
typedef int32_t suseconds_t;
typedef uint32_t useconds_t;
typedef uint32_t socklen_t;
typedef uint32_t sigset_t;
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef char* caddr_t;

struct timespec {
  time_t tv_sec;
  long tv_nsec;
};
struct timeval {
  time_t tv_sec;
  suseconds_t tv_usec;
};

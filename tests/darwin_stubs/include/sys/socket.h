#pragma once
#include <darwin_types.h>
#define AF_UNIX 1
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOL_SOCKET 0xffff
#define SO_NOSIGPIPE 0x1022
#define SHUT_RD 0
#define SHUT_WR 1
#define SHUT_RDWR 2
#define MSG_PEEK 0x2
#define MSG_DONTWAIT 0x80
#define MSG_NOSIGNAL 0x80000
// SOCK_CLOEXEC, SOCK_NONBLOCK and accept4 are Linux's.
DARWIN_C_BEGIN
int socket(int, int, int);
int socketpair(int, int, int, int*);
int shutdown(int, int);
ssize_t send(int, const void*, size_t, int);
ssize_t recv(int, void*, size_t, int);
int setsockopt(int, int, int, const void*, socklen_t);
DARWIN_C_END

#pragma once
#include <darwin_types.h>
#include <sys/select.h>
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#define _SC_ARG_MAX 1
#define _SC_CLK_TCK 3
#define _SC_OPEN_MAX 5
#define _SC_PAGESIZE 29
#define _SC_PAGE_SIZE _SC_PAGESIZE
#define _SC_NPROCESSORS_CONF 57
#define _SC_NPROCESSORS_ONLN 58
#define _SC_HOST_NAME_MAX 72
#define _SC_PHYS_PAGES 200
DARWIN_C_BEGIN
int access(const char*, int);
int faccessat(int, const char*, int, int);
unsigned alarm(unsigned);
int chdir(const char*);
int fchdir(int);
int chown(const char*, uid_t, gid_t);
int close(int);
int dup(int);
int dup2(int, int);
[[noreturn]] void _exit(int);
int execv(const char*, char* const*);
int execve(const char*, char* const*, char* const*);
int execvp(const char*, char* const*);
int execl(const char*, const char*, ...);
int execlp(const char*, const char*, ...);
pid_t fork(void);
int fsync(int);
int ftruncate(int, off_t);
int truncate(const char*, off_t);
char* getcwd(char*, size_t);
gid_t getegid(void);
uid_t geteuid(void);
gid_t getgid(void);
uid_t getuid(void);
int gethostname(char*, size_t);
char* getlogin(void);
pid_t getpgid(pid_t);
pid_t getpgrp(void);
pid_t getpid(void);
pid_t getppid(void);
pid_t getsid(pid_t);
int getentropy(void*, size_t);
int gethostuuid(unsigned char*, const struct timespec*);  // The first is a uuid_t: 16 bytes.
int isatty(int);
int link(const char*, const char*);
off_t lseek(int, off_t, int);
int pause(void);
int pipe(int[2]);
ssize_t pread(int, void*, size_t, off_t);
ssize_t pwrite(int, const void*, size_t, off_t);
ssize_t read(int, void*, size_t);
ssize_t write(int, const void*, size_t);
ssize_t readlink(const char*, char*, size_t);
int rmdir(const char*);
int setpgid(pid_t, pid_t);
pid_t setsid(void);
unsigned sleep(unsigned);
int usleep(useconds_t);
int symlink(const char*, const char*);
long sysconf(int);
pid_t tcgetpgrp(int);
int tcsetpgrp(int, pid_t);
char* ttyname(int);
int unlink(const char*);
// pipe2, execvpe, gettid, fdatasync's declaration and copy_file_range are Linux's.
DARWIN_C_END

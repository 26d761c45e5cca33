#pragma once
#include <signal.h>
#include <sys/resource.h>
#define WNOHANG 0x01
#define WUNTRACED 0x02
#define WEXITED 0x04
#define WSTOPPED 0x08
#define WCONTINUED 0x10
#define WNOWAIT 0x20
#define WCOREFLAG 0200
#define WIFEXITED(s) (((s) & 0177) == 0)
#define WEXITSTATUS(s) (((s) >> 8) & 0xff)
#define WIFSIGNALED(s) (((s) & 0177) != 0177 && ((s) & 0177) != 0)
#define WTERMSIG(s) ((s) & 0177)
#define WCOREDUMP(s) ((s) & WCOREFLAG)
#define WIFSTOPPED(s) (((s) & 0177) == 0177 && ((s) >> 8) != 0x13)
#define WSTOPSIG(s) ((s) >> 8)
typedef enum { P_ALL, P_PID, P_PGID } idtype_t;
DARWIN_C_BEGIN
pid_t wait(int*);
pid_t waitpid(pid_t, int*, int);
int waitid(idtype_t, id_t, siginfo_t*, int);
pid_t wait3(int*, int, struct rusage*);
pid_t wait4(pid_t, int*, int, struct rusage*);
DARWIN_C_END

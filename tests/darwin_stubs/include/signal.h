// Darwin's signal numbers (SIGBUS, SIGSYS, SIGCHLD … differ from Linux's), and its si_* names.
#pragma once
#include <darwin_types.h>
#include <pthread.h>
#define SIGHUP 1
#define SIGINT 2
#define SIGQUIT 3
#define SIGILL 4
#define SIGTRAP 5
#define SIGABRT 6
#define SIGEMT 7
#define SIGFPE 8
#define SIGKILL 9
#define SIGBUS 10
#define SIGSEGV 11
#define SIGSYS 12
#define SIGPIPE 13
#define SIGALRM 14
#define SIGTERM 15
#define SIGURG 16
#define SIGSTOP 17
#define SIGTSTP 18
#define SIGCONT 19
#define SIGCHLD 20
#define SIGTTIN 21
#define SIGTTOU 22
#define SIGIO 23
#define SIGXCPU 24
#define SIGXFSZ 25
#define SIGVTALRM 26
#define SIGPROF 27
#define SIGWINCH 28
#define SIGINFO 29
#define SIGUSR1 30
#define SIGUSR2 31
#define NSIG 32
#define SIG_DFL ((void (*)(int))0)
#define SIG_IGN ((void (*)(int))1)
#define SIG_ERR ((void (*)(int)) - 1)
#define SA_ONSTACK 0x0001
#define SA_RESTART 0x0002
#define SA_RESETHAND 0x0004
#define SA_NOCLDSTOP 0x0008
#define SA_NODEFER 0x0010
#define SA_NOCLDWAIT 0x0020
#define SA_SIGINFO 0x0040
#define SIG_BLOCK 1
#define SIG_UNBLOCK 2
#define SIG_SETMASK 3
#define CLD_EXITED 1
#define CLD_KILLED 2
#define CLD_DUMPED 3
#define CLD_TRAPPED 4
#define CLD_STOPPED 5
#define CLD_CONTINUED 6
#define SI_USER 0x10001
#define SIGSTKSZ 131072
#define MINSIGSTKSZ 32768
typedef int sig_atomic_t;
union sigval {
  int sival_int;
  void* sival_ptr;
};
typedef struct {
  int si_signo, si_errno, si_code;
  pid_t si_pid;
  uid_t si_uid;
  int si_status;
  void* si_addr;
  union sigval si_value;
  long si_band;
  unsigned long __pad[7];
} siginfo_t;
struct sigaction {
  union {
    void (*__sa_handler)(int);
    void (*__sa_sigaction)(int, siginfo_t*, void*);
  } __sigaction_u;
  sigset_t sa_mask;
  int sa_flags;
};
#define sa_handler __sigaction_u.__sa_handler
#define sa_sigaction __sigaction_u.__sa_sigaction
typedef struct {
  void* ss_sp;
  size_t ss_size;
  int ss_flags;
} stack_t;
DARWIN_C_BEGIN
void (*signal(int, void (*)(int)))(int);
int raise(int);
int kill(pid_t, int);
int killpg(pid_t, int);
int sigaction(int, const struct sigaction*, struct sigaction*);
int sigaltstack(const stack_t*, stack_t*);
int sigpending(sigset_t*);
int sigprocmask(int, const sigset_t*, sigset_t*);
int sigsuspend(const sigset_t*);
int sigwait(const sigset_t*, int*);
int pthread_sigmask(int, const sigset_t*, sigset_t*);
int pthread_kill(pthread_t, int);
// sigwaitinfo, sigtimedwait and real-time signals are not there on Darwin.
int (sigemptyset)(sigset_t*);
int (sigfillset)(sigset_t*);
int (sigaddset)(sigset_t*, int);
int (sigdelset)(sigset_t*, int);
int (sigismember)(const sigset_t*, int);
DARWIN_C_END
// Macros, as on Darwin: `::sigemptyset(&set)` is no expression there.
static inline int __sigbits(int signal_number) { return signal_number > 32 ? 0 : (int)(1U << (signal_number - 1)); }
#define sigaddset(set, signo) (*(set) |= (sigset_t)__sigbits(signo), 0)
#define sigdelset(set, signo) (*(set) &= ~(sigset_t)__sigbits(signo), 0)
#define sigismember(set, signo) ((*(set) & (sigset_t)__sigbits(signo)) != 0)
#define sigemptyset(set) (*(set) = 0, 0)
#define sigfillset(set) (*(set) = ~(sigset_t)0, 0)

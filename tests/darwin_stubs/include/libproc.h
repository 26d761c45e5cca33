#pragma once
#include <sys/proc_info.h>
#include <sys/resource.h>
DARWIN_C_BEGIN
int proc_listpids(uint32_t, uint32_t, void*, int);  // Answers in bytes; the ones below in processes.
int proc_listallpids(void*, int);
int proc_listpgrppids(pid_t, void*, int);
int proc_listchildpids(pid_t, void*, int);
int proc_pidinfo(int, int, uint64_t, void*, int);
int proc_pidpath(int, void*, uint32_t);
int proc_name(int, void*, uint32_t);
int proc_pid_rusage(int, int, rusage_info_t*);
DARWIN_C_END

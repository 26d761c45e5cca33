#pragma once
#include <darwin_types.h>
#define CTL_KERN 1
#define KERN_PROC 14
#define KERN_ARGMAX 8
#define KERN_PROCARGS2 49
DARWIN_C_BEGIN
int sysctl(int*, u_int, void*, size_t*, void*, size_t);
int sysctlbyname(const char*, void*, size_t*, void*, size_t);
DARWIN_C_END

#pragma once
#include <darwin_types.h>
DARWIN_C_BEGIN
int gettimeofday(struct timeval*, void*);
int utimes(const char*, const struct timeval*);
DARWIN_C_END

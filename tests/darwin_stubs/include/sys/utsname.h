#pragma once
#include <darwin_types.h>
struct utsname {
  char sysname[256], nodename[256], release[256], version[256], machine[256];
};
DARWIN_C_BEGIN
int uname(struct utsname*);
DARWIN_C_END

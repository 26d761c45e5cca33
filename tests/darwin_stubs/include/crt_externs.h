#pragma once
#include <darwin_types.h>
DARWIN_C_BEGIN
char*** _NSGetEnviron(void);
DARWIN_C_END

#pragma once
#include <darwin_types.h>
#define RTLD_LAZY 0x1
#define RTLD_NOW 0x2
DARWIN_C_BEGIN
void* dlopen(const char*, int);
void* dlsym(void*, const char*);
int dlclose(void*);
char* dlerror(void);
DARWIN_C_END

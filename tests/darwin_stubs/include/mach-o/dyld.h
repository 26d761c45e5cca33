#pragma once
#include <mach-o/loader.h>
DARWIN_C_BEGIN
int _NSGetExecutablePath(char*, uint32_t*);
uint32_t _dyld_image_count(void);
const struct mach_header* _dyld_get_image_header(uint32_t);
intptr_t _dyld_get_image_vmaddr_slide(uint32_t);
const char* _dyld_get_image_name(uint32_t);
DARWIN_C_END

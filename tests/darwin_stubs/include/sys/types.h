#pragma once
#include <darwin_types.h>
#include <pthread.h>
// Macros on Darwin, too.
#define major(x) ((int32_t)(((uint32_t)(x) >> 24) & 0xff))
#define minor(x) ((int32_t)((x) & 0xffffff))
#define makedev(x, y) ((dev_t)(((x) << 24) | (y)))

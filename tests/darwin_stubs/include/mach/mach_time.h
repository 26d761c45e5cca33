#pragma once
#include <darwin_types.h>
struct mach_timebase_info {
  uint32_t numer, denom;
};
typedef struct mach_timebase_info mach_timebase_info_data_t;
typedef struct mach_timebase_info* mach_timebase_info_t;
typedef int kern_return_t;
DARWIN_C_BEGIN
kern_return_t mach_timebase_info(mach_timebase_info_t);
uint64_t mach_absolute_time(void);
uint64_t mach_continuous_time(void);
DARWIN_C_END

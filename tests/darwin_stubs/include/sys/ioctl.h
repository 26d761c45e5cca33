#pragma once
#include <darwin_types.h>
#define TIOCGWINSZ 0x40087468
struct winsize {
  unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};
DARWIN_C_BEGIN
int ioctl(int, unsigned long, ...);
DARWIN_C_END

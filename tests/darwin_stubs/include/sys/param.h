#pragma once
#include <darwin_types.h>
#include <limits.h>
#define MAXPATHLEN 1024
#define MAXCOMLEN 16

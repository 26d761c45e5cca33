#pragma once
#include <darwin_types.h>
#define DT_UNKNOWN 0
#define DT_DIR 4
#define DT_REG 8
#define DT_LNK 10
struct dirent {
  uint64_t d_ino, d_seekoff;
  uint16_t d_reclen, d_namlen;
  uint8_t d_type;
  char d_name[1024];
};
typedef struct darwin_dir DIR;
DARWIN_C_BEGIN
DIR* opendir(const char*);
DIR* fdopendir(int);
struct dirent* readdir(DIR*);
void rewinddir(DIR*);
int closedir(DIR*);
int dirfd(DIR*);
DARWIN_C_END

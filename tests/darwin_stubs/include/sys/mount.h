#pragma once
#include <sys/param.h>
#define MFSTYPENAMELEN 16
#define MNT_RDONLY 0x00000001
#define MNT_LOCAL 0x00001000
#define MNT_WAIT 1
#define MNT_NOWAIT 2
typedef struct {
  int32_t val[2];
} fsid_t;
struct statfs {
  uint32_t f_bsize;
  int32_t f_iosize;
  uint64_t f_blocks, f_bfree, f_bavail, f_files, f_ffree;
  fsid_t f_fsid;
  uid_t f_owner;
  uint32_t f_type, f_flags, f_fssubtype;
  char f_fstypename[MFSTYPENAMELEN];
  char f_mntonname[MAXPATHLEN];
  char f_mntfromname[MAXPATHLEN];
  uint32_t f_flags_ext, f_reserved[7];
};
DARWIN_C_BEGIN
int statfs(const char*, struct statfs*);
int fstatfs(int, struct statfs*);
int getmntinfo(struct statfs**, int);
DARWIN_C_END

// Preloaded: every path seems to lie on NFS, since a test cannot mount one.

#include <dlfcn.h>
#include <sys/vfs.h>

extern "C" int statfs(const char* path, struct statfs* facts) noexcept {
  using Statfs = int (*)(const char*, struct statfs*);
  const auto real = reinterpret_cast<Statfs>(::dlsym(RTLD_NEXT, "statfs"));
  const int status = real(path, facts);
  if (status == 0) facts->f_type = 0x6969;  // NFS_SUPER_MAGIC of linux/magic.h
  return status;
}

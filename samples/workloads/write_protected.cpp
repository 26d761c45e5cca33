// Expected: SIGSEGV (SIGBUS on macOS), write to a page that is mapped read-only.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

__attribute__((noinline)) void write_byte(volatile char* at) { *at = 1; }

int main() {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* mapped = ::mmap(nullptr, page, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (mapped == MAP_FAILED) return 2;

  std::printf("write_protected will write %p\n", mapped);
  std::fflush(stdout);
  write_byte(static_cast<char*>(mapped));
  return 0;
}

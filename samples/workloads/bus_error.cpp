// Expected: SIGBUS, read of the first byte after the last page of a mapped file.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>

__attribute__((noinline)) int read_byte(const volatile char* at) { return *at; }

int main() {
  std::FILE* file = std::tmpfile();
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  if (file == nullptr || ::ftruncate(::fileno(file), static_cast<off_t>(page)) != 0) return 2;
  void* mapped = ::mmap(nullptr, 2 * page, PROT_READ, MAP_SHARED, ::fileno(file), 0);
  if (mapped == MAP_FAILED) return 2;
  const char* bytes = static_cast<const char*>(mapped);

  std::printf("bus_error will read %p\n", static_cast<const void*>(bytes + page));
  std::fflush(stdout);
  return read_byte(bytes + page);
}

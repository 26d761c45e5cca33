// Expected: SIGSEGV (SIGBUS on macOS) with the pc on a page that is data and may not be executed.

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>

using Callback = void (*)();

__attribute__((noinline)) int call_back(Callback callback) {
  callback();
  return std::puts("still alive");  // After the call, so that it is no tail call.
}

int main() {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* mapped = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (mapped == MAP_FAILED) return 2;

  std::printf("execute_protected will jump to %p\n", mapped);
  std::fflush(stdout);
  return call_back(reinterpret_cast<Callback>(reinterpret_cast<std::uintptr_t>(mapped)));
}

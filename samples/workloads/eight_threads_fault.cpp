// Expected: SIGSEGV. Eight threads fault together, each at an address of its own, which it names on stdout
// before: whichever is captured, the report's address must be that of the thread it blames.

#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

constexpr unsigned kThreads = 8;

__attribute__((noinline)) std::uint64_t read_at(std::uint64_t address) {
  return *reinterpret_cast<const volatile std::uint64_t*>(address);
}

// Different in page and in offset, so that no two can be mistaken for each other.
std::uint64_t bad_address(unsigned thread) { return 0xdead0000 + thread * std::uint64_t{0x1008}; }

void name_this_thread(unsigned thread) {
  char name[16];
  std::snprintf(name, sizeof name, "fault-%u", thread);
#if defined(__APPLE__)
  pthread_setname_np(name);
#else
  pthread_setname_np(pthread_self(), name);
#endif
}

int main() {
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    std::printf("fault-%u will read 0x%llx\n", thread, static_cast<unsigned long long>(bad_address(thread)));
  }
  std::fflush(stdout);

  std::atomic<unsigned> ready{0};
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&ready, thread] {
      name_this_thread(thread);
      ready.fetch_add(1);
      while (ready.load() < kThreads) std::this_thread::yield();
      return read_at(bad_address(thread));
    });
  }
  for (std::thread& thread : threads) thread.join();
  return 0;
}

// Expected: SIGSEGV just below the main thread's stack, hundreds of equal frames deep.

#include <sys/resource.h>

#include <cstdio>

__attribute__((noinline)) int descend(volatile int* deeper) {
  volatile char frame[1024];
  frame[0] = static_cast<char>(*deeper);
  const int below = *deeper != 0 ? descend(deeper) : 0;
  return below + frame[0];
}

int main() {
  // A small stack overflows at once even where the limit is "unlimited". macOS settles the size when the
  // program starts and keeps its 8 MiB.
  rlimit limit{};
  if (::getrlimit(RLIMIT_STACK, &limit) == 0) {
    limit.rlim_cur = 1 << 20;
    static_cast<void>(::setrlimit(RLIMIT_STACK, &limit));
  }
  volatile int deeper = 1;
  std::printf("%d\n", descend(&deeper));
  return 0;
}

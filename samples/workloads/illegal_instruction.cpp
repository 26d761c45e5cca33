// Expected: SIGILL, at an instruction that every CPU of its kind refuses.

#include <cstdio>

__attribute__((noinline)) void execute_nonsense() {
#if defined(__x86_64__)
  asm volatile(".byte 0x06");  // Not ud2: compilers write that for a deliberate trap.
#elif defined(__aarch64__)
  asm volatile("udf #0");
#else
#error "name an undefined instruction of this CPU"
#endif
}

int main() {
  execute_nonsense();
  std::puts("still alive");
  return 0;
}

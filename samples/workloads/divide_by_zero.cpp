// Expected: SIGFPE, integer division by zero. An arm64 CPU does not trap there, so the signal is raised.

#include <csignal>
#include <cstdio>

__attribute__((noinline)) int divide(int numerator, int denominator) {
#if defined(__x86_64__)
  int quotient = numerator;
  int remainder = 0;
  // As text, since the division is undefined in C++ and a compiler may drop it.
  asm volatile("cltd\n\tidivl %2" : "+a"(quotient), "=&d"(remainder) : "r"(denominator) : "cc");
  return quotient;
#else
  if (denominator == 0) std::raise(SIGFPE);
  return numerator / (denominator == 0 ? 1 : denominator);
#endif
}

int main() {
  const int volatile zero = 0;
  std::printf("%d\n", divide(84, zero));
  return 0;
}

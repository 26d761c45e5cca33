// Expected: SIGABRT, from abort() called by main.

#include <cstdio>
#include <cstdlib>

int main() {
  std::puts("calling abort");
  std::fflush(stdout);
  std::abort();
}

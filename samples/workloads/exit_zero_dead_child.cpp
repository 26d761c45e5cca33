// Expected: exit status 0, with a crash report of its own: a child dies of SIGSEGV (read of address 0x40),
// and the parent notes it and ends as if all were well.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

__attribute__((noinline)) int read_field(const volatile char* base) { return base[0x40]; }

int main() {
  const pid_t child = ::fork();
  if (child < 0) return 2;
  if (child == 0) {
    const volatile char* volatile nowhere = nullptr;
    ::_exit(read_field(nowhere));
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child) return 2;
  if (WIFSIGNALED(status)) std::printf("child died of signal %d\n", WTERMSIG(status));
  std::puts("complete");
  return 0;
}

// Expected: exit status 139. The shell that this program becomes starts a child; the child dies of SIGSEGV
// (read of address 0x40) and the shell passes its end on as 128 + 11.

#include <unistd.h>

#include <cstdint>
#include <cstdio>

__attribute__((noinline)) int read_field(const volatile char* base) { return base[0x40]; }

int main(int argc, char** argv) {
  if (argc > 1) {
    const volatile char* volatile nowhere = nullptr;
    return read_field(nowhere);
  }
  // `exit $?` keeps the shell from becoming the child itself.
  ::execl("/bin/sh", "sh", "-c", "\"$0\" fault; exit $?", argv[0], static_cast<char*>(nullptr));
  std::perror("cannot start /bin/sh");
  return 2;
}

// Expected: exit status 0 at once, but a child in a session of its own lives on for half a minute. Its pid
// is printed; whoever ends the tree has to find it outside the process group.

#include <unistd.h>

#include <cstdio>

int main() {
  const pid_t child = ::fork();
  if (child < 0) return 2;
  if (child == 0) {
    ::setsid();
    ::sleep(30);
    ::_exit(0);
  }
  std::printf("left behind: %ld\ncomplete\n", static_cast<long>(child));
  return 0;
}

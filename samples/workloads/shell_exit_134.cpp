// Expected: exit status 134 from a shell, with no process that died of a signal: all that a wrapper on
// another machine, or in a container, lets through of an abort.

#include <unistd.h>

#include <cstdio>

int main() {
  ::execl("/bin/sh", "sh", "-c", "exit 134", static_cast<char*>(nullptr));
  std::perror("cannot start /bin/sh");
  return 2;
}

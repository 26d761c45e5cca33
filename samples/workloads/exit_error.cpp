// Expected: exit status 3, no crash: a program that gives up in good order.

#include <cstdio>

int main() {
  std::fputs("exit_error: no device found\n", stderr);
  return 3;
}

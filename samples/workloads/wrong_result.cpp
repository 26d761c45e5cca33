// Expected: exit status 0, but it says that two of its thirty results are wrong.

#include <cstdio>

int main() {
  std::puts("{\"faultline\": {\"ok\": 28, \"of\": 30}}");
  std::puts("complete");
  return 0;
}

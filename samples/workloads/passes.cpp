// Expected: exit status 0 after a phase, a metric, a count of right results and the line `complete`.

#include <cstdio>

int main() {
  std::puts("{\"faultline\": {\"phase\": \"checking\"}}");
  std::puts("{\"faultline\": {\"metric\": \"ops_per_second\", \"value\": 1000}}");
  std::puts("{\"faultline\": {\"ok\": 30, \"of\": 30}}");
  std::puts("complete");
  return 0;
}

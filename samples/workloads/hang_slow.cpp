// Expected: ends far too late. It computes without a pause and tells each step, but needs two minutes.

#include <chrono>
#include <cstdint>
#include <cstdio>

__attribute__((noinline)) std::uint64_t compute_step(std::uint64_t state) {
  for (int round = 0; round < 100'000'000; ++round) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
  }
  return state;
}

int main() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  std::uint64_t state = 1;
  for (int step = 1; std::chrono::steady_clock::now() < end; ++step) {
    state = compute_step(state);
    std::printf("{\"faultline\": {\"phase\": \"step %d\"}}\n", step);
    std::fflush(stdout);
  }
  std::printf("%llu\ncomplete\n", static_cast<unsigned long long>(state));
  return 0;
}

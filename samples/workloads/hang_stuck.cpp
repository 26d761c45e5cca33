// Expected: never ends. Two threads hold one mutex each and wait for the other's: a deadlock, using no CPU.

#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

struct Deadlock {
  std::mutex first;
  std::mutex second;
  std::atomic<int> holding{0};
};

__attribute__((noinline)) void take_both(Deadlock& deadlock, std::mutex& mine, std::mutex& other) {
  const std::lock_guard held(mine);
  deadlock.holding.fetch_add(1);
  while (deadlock.holding.load() < 2) std::this_thread::yield();
  const std::lock_guard never_held(other);
}

int main() {
  std::puts("{\"faultline\": {\"phase\": \"deadlock\"}}");
  std::fflush(stdout);
  Deadlock deadlock;
  std::thread one([&deadlock] { take_both(deadlock, deadlock.first, deadlock.second); });
  std::thread two([&deadlock] { take_both(deadlock, deadlock.second, deadlock.first); });
  one.join();
  two.join();
  return 0;
}

// Expected: SIGSEGV with the pc at 0x123456789000, where nothing is mapped.

#include <cstdint>
#include <cstdio>

using Callback = void (*)();

__attribute__((noinline)) int call_back(Callback callback) {
  callback();
  return std::puts("still alive");  // After the call, so that it is no tail call.
}

int main() {
  const std::uintptr_t volatile wild = 0x123456789000;
  return call_back(reinterpret_cast<Callback>(wild));
}

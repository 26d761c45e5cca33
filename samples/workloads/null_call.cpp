// Expected: SIGSEGV with the pc at 0: a call through a NULL function pointer.

#include <cstdio>

using Callback = void (*)();

__attribute__((noinline)) int call_back(Callback callback) {
  callback();
  return std::puts("still alive");  // After the call, so that it is no tail call.
}

int main() {
  const Callback volatile nobody = nullptr;
  return call_back(nobody);
}

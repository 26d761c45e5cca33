// Expected: SIGABRT from std::terminate: an exception that nobody catches, named on stderr.

#include <stdexcept>

__attribute__((noinline)) void throw_it() { throw std::runtime_error("no encoder for this command buffer"); }

int main() {
  throw_it();
  return 0;
}

// Expected: SIGSEGV, read of address 0x40 through a NULL base (field offset 0x40).

#include <cstdint>
#include <cstdio>

struct Record {
  std::uint64_t unused[8];
  volatile std::uint64_t value;  // At 0x40.
};

__attribute__((noinline)) std::uint64_t read_value(const Record* record) { return record->value; }

int main() {
  const Record* volatile nowhere = nullptr;
  std::printf("%llu\n", static_cast<unsigned long long>(read_value(nowhere)));
  return 0;
}

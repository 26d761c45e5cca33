// Expected: SIGSEGV, write to address 0x24 through a NULL base (field offset 0x24), 4 bytes.

#include <cstdint>
#include <cstdio>

struct Record {
  std::uint32_t unused[9];
  volatile std::uint32_t value;  // At 0x24.
};

__attribute__((noinline)) void write_value(Record* record, std::uint32_t value) { record->value = value; }

int main() {
  Record* volatile nowhere = nullptr;
  write_value(nowhere, 7);
  std::puts("still alive");
  return 0;
}

// Expected: SIGSEGV twice. First a read of address 0x40, which a handler sees; it takes itself off and raises
// the signal again, and that ends the process. The fault worth keeping is the first.

#include <unistd.h>

#include <csignal>
#include <string_view>

extern "C" void note_and_reraise(int signal_number) {
  constexpr std::string_view kNote = "handler: saw the fault, raising it again\n";
  static_cast<void>(!::write(STDERR_FILENO, kNote.data(), kNote.size()));
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

__attribute__((noinline)) int read_field(const volatile char* base) { return base[0x40]; }

int main() {
  std::signal(SIGSEGV, note_and_reraise);
  std::signal(SIGBUS, note_and_reraise);
  const volatile char* volatile nowhere = nullptr;
  return read_field(nowhere);
}

// What a package's program brings along for C libraries older than the one that it was built with.
//
// libarchive asks for random numbers by names that glibc has since 2.36. These stand before it, and ask the
// kernel.

#include <sys/random.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" void arc4random_buf(void* bytes, std::size_t size) {
  auto* next = static_cast<unsigned char*>(bytes);
  while (size > 0) {
    const ssize_t got = ::getrandom(next, size, 0);
    if (got < 0 && errno == EINTR) continue;
    // As glibc does where no random numbers are to be had.
    if (got < 0) std::abort();
    next += got;
    size -= static_cast<std::size_t>(got);
  }
}

extern "C" std::uint32_t arc4random() {
  std::uint32_t number = 0;
  arc4random_buf(&number, sizeof(number));
  return number;
}

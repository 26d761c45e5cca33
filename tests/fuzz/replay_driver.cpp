// Runs a fuzz target over the files and folders given: for compilers without libFuzzer.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <system_error>

#include "core/files/text_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

int run_file(const fs::path& path) {
  const auto bytes = faultline::read_file(path);
  if (!bytes) {
    std::fprintf(stderr, "%s\n", bytes.error().text().c_str());
    return 1;
  }
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes->data()), bytes->size());
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  int failed = 0;
  std::size_t runs = 0;
  for (int i = 1; i < count; ++i) {
    const fs::path path = arguments[i];
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      failed += run_file(path);
      ++runs;
      continue;
    }
    for (fs::recursive_directory_iterator it(path, error), end; it != end; it.increment(error)) {
      if (!it->is_regular_file(error)) continue;
      failed += run_file(it->path());
      ++runs;
    }
  }
  std::printf("%zu inputs replayed\n", runs);
  // A replay of nothing must not pass for one of everything.
  return failed == 0 && runs > 0 ? 0 : 1;
}

// Writes the seeds of objc_metadata_fuzz: the tests' symbol fixtures, whole and damaged. Without the
// tools that make them it writes none.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <string>

#include "tests/analyzer/symbolize/symbol_fixtures.h"

namespace {

using namespace faultline;
namespace fs = std::filesystem;

void write_seeds(const fs::path& folder) {
  std::mt19937 random(1);
  int count = 0;
  const auto write = [&](const fs::path& file) {
    const std::string bytes = fixtures::read_bytes(file);
    fixtures::write_bytes(folder / ("whole-" + std::to_string(count)), bytes);
    for (int variant = 0; variant < 25; ++variant) {
      std::string damaged = bytes;
      // Mostly in the head and at the end, where the tables of offsets and counts are.
      for (int flip = 0; flip < 6; ++flip) {
        const std::size_t span = flip % 2 == 0 ? std::min<std::size_t>(damaged.size(), 4096) : damaged.size();
        damaged[random() % span] = static_cast<char>(random());
      }
      if (variant % 5 == 0) damaged.resize(random() % damaged.size());
      fixtures::write_bytes(folder / ("damaged-" + std::to_string(count) + "-" + std::to_string(variant)),
                            damaged);
    }
    ++count;
  };
  if (fixtures::have_apple_tools()) {
    using fixtures::MethodStyle;
    using fixtures::PointerStyle;
    const auto& relative =
        fixtures::shared_macho({"arm64", PointerStyle::chained, MethodStyle::relative, {}});
    const auto& plain = fixtures::shared_macho({"x86_64", PointerStyle::plain, MethodStyle::pointers, {}});
    write(relative.stripped);
    write(plain.stripped);
    write(relative.dwarf);
    fixtures::make_fat({relative.stripped, plain.stripped}, folder / "fat");
  }
  if (fixtures::have_elf_tools()) write(fixtures::build_elf(folder / "elf").binary);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  try {
    std::error_code ignored;
    fs::remove_all(argv[1], ignored);
    fs::create_directories(argv[1]);
    write_seeds(argv[1]);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

// Writes the seeds of the symbol file fuzzers: the tests' symbol fixtures, the cache files and the shared
// caches made of them, whole and damaged. Without the tools that make them it writes none.

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

#include "analyzer/symbolize/gsym/gsym_conversion.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"

namespace {

using namespace faultline;
namespace fs = std::filesystem;

/// Writes files and, of each, 25 damaged variants into one folder.
class SeedFolder {
 public:
  explicit SeedFolder(fs::path folder) : folder_(std::move(folder)) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    fs::create_directories(folder_);
  }

  void write(const fs::path& file) {
    const std::string bytes = fixtures::read_bytes(file);
    fixtures::write_bytes(folder_ / ("whole-" + std::to_string(count_)), bytes);
    for (int variant = 0; variant < 25; ++variant) {
      std::string damaged = bytes;
      // Mostly in the head and at the end, where the tables of offsets and counts are.
      for (int flip = 0; flip < 6; ++flip) {
        const std::size_t span = flip % 2 == 0 ? std::min<std::size_t>(damaged.size(), 4096) : damaged.size();
        damaged[random_() % span] = static_cast<char>(random_());
      }
      if (variant % 5 == 0) damaged.resize(random_() % damaged.size());
      if (variant % 5 == 1) damaged[damaged.size() - 1 - random_() % 80] = static_cast<char>(random_());
      fixtures::write_bytes(folder_ / ("damaged-" + std::to_string(count_) + "-" + std::to_string(variant)),
                            damaged);
    }
    ++count_;
  }

  [[nodiscard]] const fs::path& path() const { return folder_; }

 private:
  fs::path folder_;
  std::mt19937 random_{1};
  int count_ = 0;
};

void write_cache_seeds(SeedFolder& caches, const fs::path& file, GsymContent content) {
  const fs::path output = file.string() + ".gsym";
  const GsymConversion conversion{file, 0, fs::file_size(file), content, output};
  if (const auto made = convert_to_gsym(conversion); !made) throw std::runtime_error(made.error().text());
  caches.write(output);
}

void write_seeds(SeedFolder& symbols, SeedFolder& caches) {
  if (fixtures::have_apple_tools()) {
    using fixtures::MethodStyle;
    using fixtures::PointerStyle;
    const auto& relative =
        fixtures::shared_macho({"arm64", PointerStyle::chained, MethodStyle::relative, {}});
    const auto& plain = fixtures::shared_macho({"x86_64", PointerStyle::plain, MethodStyle::pointers, {}});
    symbols.write(relative.stripped);
    symbols.write(plain.stripped);
    symbols.write(relative.dwarf);
    fixtures::make_fat({relative.stripped, plain.stripped}, symbols.path() / "fat");
    write_cache_seeds(caches, relative.dwarf, GsymContent::dwarf);
    write_cache_seeds(caches, relative.stripped, GsymContent::symbols);
  }
  if (fixtures::have_elf_tools()) {
    const auto elf = fixtures::build_elf(symbols.path() / "elf");
    symbols.write(elf.binary);
    write_cache_seeds(caches, elf.binary, GsymContent::dwarf);
  }
}

/// The files of a shared cache in one, as shared_cache_fuzz takes them apart.
void write_shared_cache_seed(SeedFolder& seeds, const fs::path& folder, const fixtures::CacheRecipe& recipe) {
  const auto written = fixtures::write_cache(folder, {fixtures::shared_dylibs(recipe.arch)[1]}, recipe);
  std::string joined;
  for (const auto& file : written.files) {
    const std::string bytes = fixtures::read_bytes(file);
    joined += file.string().substr(written.main_file.string().size()) + std::string(1, '\0');
    for (int shift = 0; shift < 32; shift += 8) joined.push_back(static_cast<char>(bytes.size() >> shift));
    joined += bytes;
  }
  fixtures::write_bytes(folder / "joined", joined);
  seeds.write(folder / "joined");
  fs::remove_all(folder);
}

void write_shared_cache_seeds(SeedFolder& seeds) {
  if (!fixtures::have_apple_tools()) return;
  using fixtures::CacheLayout;
  const fs::path folder = seeds.path() / "made";
  write_shared_cache_seed(seeds, folder, {CacheLayout::macos11, "x86_64", true, false});
  write_shared_cache_seed(seeds, folder, {CacheLayout::macos12, "arm64", true, false});
  write_shared_cache_seed(seeds, folder, {CacheLayout::macos13, "arm64", true, false});
  write_shared_cache_seed(seeds, folder, {CacheLayout::macos13, "arm64", false, false});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    SeedFolder symbols(argv[1]);
    SeedFolder caches(argv[2]);
    write_seeds(symbols, caches);
    SeedFolder shared_caches(argv[3]);
    write_shared_cache_seeds(shared_caches);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

// Shared caches that were cut, flipped, zeroed, tied into loops and given huge counts: no crash, no hang, no
// wrong build; and whatever is wrong is told in one text. The variants are drawn from a fixed seed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "analyzer/symbolize/shared_cache/extracted_image.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using fixtures::CacheLayout;

using Files = std::map<std::string, std::string>;  // By suffix.

class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  /// One of the ways in which files go bad, in one of the files.
  void apply(Files& files) {
    auto& bytes = std::next(files.begin(), static_cast<std::ptrdiff_t>(below(files.size())))->second;
    switch (below(6)) {
      case 0:  // A copy that broke off.
        bytes.resize(below(bytes.size()));
        break;
      case 1:  // A few flipped bits anywhere.
        for (std::size_t i = 0, n = 1 + below(16); i < n; ++i) flip(bytes, bytes.size());
        break;
      case 2:  // The head, where counts and offsets are.
        for (std::size_t i = 0, n = 1 + below(8); i < n; ++i)
          flip(bytes, std::min<std::size_t>(bytes.size(), 1024));
        break;
      case 3: {  // A huge count or offset in a field of the header.
        const std::size_t at = 4 * below(128);
        if (at + 4 <= bytes.size())
          bytes.replace(at, 4, below(2) == 0 ? "\xff\xff\xff\xff" : "\xff\xff\xff\x0f");
        break;
      }
      case 4: {  // A sector of zeros.
        const std::size_t at = below(bytes.size());
        bytes.replace(at, std::min<std::size_t>(bytes.size() - at, 512),
                      std::string(std::min<std::size_t>(bytes.size() - at, 512), '\0'));
        break;
      }
      default: {  // A block that stands at another place, too: tables that point into themselves.
        const std::size_t size = 8 * (1 + below(64));
        const std::size_t from = below(bytes.size());
        const std::size_t to = below(bytes.size());
        const std::string block = bytes.substr(from, size);
        bytes.replace(to, std::min(block.size(), bytes.size() - to), block.substr(0, bytes.size() - to));
      }
    }
  }

 private:
  std::size_t below(std::size_t limit) {
    return limit == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_);
  }
  void flip(std::string& bytes, std::size_t limit) {
    if (limit == 0) return;
    auto& byte = bytes[below(limit)];
    byte = static_cast<char>(byte ^ (1 << below(8)));
  }

  std::mt19937 random_;
};

Files files_of(const fixtures::WrittenCache& written) {
  Files files;
  const std::string stem = written.main_file.string();
  for (const auto& file : written.files)
    files[file.string().substr(stem.size())] = fixtures::read_bytes(file);
  return files;
}

Result<DyldCache> assemble(const Files& files) {
  return DyldCache::assemble([&](const std::string& suffix) -> Result<CacheFile> {
    const auto found = files.find(suffix);
    if (found == files.end()) return fail(ErrorKind::io, "no such file");
    return CacheFile::parse(found->second);
  });
}

TEST(SharedCacheDamageTest, FiveHundredDamagedCachesAreHarmlessAndToldOnce) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const ScopedTempFolder folder;
  const std::pair<CacheLayout, const char*> layouts[] = {
      {CacheLayout::macos11, "x86_64"}, {CacheLayout::macos12, "arm64"}, {CacheLayout::macos13, "arm64"}};
  std::vector<Files> originals;
  std::map<Uuid, std::string> paths;
  for (const auto& [layout, arch] : layouts) {
    const auto written = fixtures::write_cache(folder / std::to_string(originals.size()),
                                               fixtures::shared_dylibs(arch), {layout, arch, true, false});
    originals.push_back(files_of(written));
  }

  std::size_t refused = 0;
  std::size_t told = 0;
  std::size_t images = 0;
  std::size_t functions = 0;
  for (unsigned variant = 0; variant < 500; ++variant) {
    SCOPED_TRACE(variant);
    Files files = originals[variant % originals.size()];
    Damage(variant).apply(files);

    const auto cache = assemble(files);

    if (!cache) {
      EXPECT_FALSE(cache.error().text().empty());
      ++refused;
      continue;
    }
    // All that is wrong is one text.
    if (const auto damage = cache->damage()) {
      EXPECT_FALSE(damage->empty());
      ++told;
    }
    for (const auto& image : cache->images()) {
      const auto extracted = extract_image(*cache, image);
      if (!extracted) {
        EXPECT_FALSE(extracted.error().text().empty());
        continue;
      }
      ++images;
      const auto slices = read_symbol_slices(*extracted);
      ASSERT_TRUE(slices);
      if (image.uuid) EXPECT_EQ(slices->front().uuid, image.uuid) << "never another build";
      functions += FunctionTable::read(*extracted).functions().size();
    }
  }
  EXPECT_GT(refused, 0U);
  EXPECT_GT(told, 50U);
  EXPECT_GT(images, 1000U) << "most of a damaged cache is still worth having";
  EXPECT_GT(functions, 4000U);
}

TEST(SharedCacheDamageTest, EveryCutOfTheHeaderIsReadAsFarAsItGoes) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const ScopedTempFolder folder;
  const Files original = files_of(fixtures::write_cache(folder.path(), fixtures::shared_dylibs(), {}));
  for (std::size_t size = 0; size < 2048; size += 7) {
    SCOPED_TRACE(size);
    Files files = original;
    files[""].resize(size);
    const auto cache = assemble(files);
    if (!cache) continue;
    EXPECT_TRUE(cache->damage()) << "its code is missing";
    for (const auto& image : cache->images()) {
      if (image.address.value < 0x180010000) EXPECT_FALSE(extract_image(*cache, image));
    }
  }
}

}  // namespace
}  // namespace faultline

// Caches of three layouts, made from dylibs: the same names at the same places as from the dylibs themselves.

#include "analyzer/symbolize/shared_cache/dyld_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/shared_cache/cache_pointer.h"
#include "analyzer/symbolize/shared_cache/export_trie.h"
#include "analyzer/symbolize/shared_cache/extracted_image.h"
#include "tests/analyzer/symbolize/shared_cache/cache_writer.h"
#include "tests/analyzer/symbolize/symbol_fixtures.h"
#include "tests/support/require.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {
namespace {

namespace fs = std::filesystem;
using fixtures::CacheLayout;
using fixtures::CacheRecipe;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

/// Functions by their place in the image: what must be alike in the dylib and in the cache.
struct PlacedFunction {
  std::uint64_t size_bytes = 0;
  std::string name;
  SymbolOrigin origin = SymbolOrigin::symbol_table;
  friend bool operator==(const PlacedFunction&, const PlacedFunction&) = default;
};
using Functions = std::map<std::uint64_t, PlacedFunction>;

void PrintTo(const PlacedFunction& function, std::ostream* out) {
  *out << function.name << " of " << function.size_bytes << " bytes, " << symbol_origin_text(function.origin);
}

Functions functions_of(std::string_view file) {
  Functions functions;
  const auto slices = read_symbol_slices(file);
  if (!slices) return functions;
  const FunctionTable table = FunctionTable::read(file);
  for (const auto& function : table.functions()) {
    functions[function.start.value - slices->front().link_base.value] = {function.size_bytes, function.name,
                                                                         function.origin};
  }
  return functions;
}

bool is_method(const std::string& name) { return name.starts_with("-[") || name.starts_with("+["); }

struct LayoutCase {
  const char* what;
  CacheLayout layout;
  const char* arch;
};

void PrintTo(const LayoutCase& row, std::ostream* out) { *out << row.what; }

class SharedCacheLayoutTest : public ::testing::TestWithParam<LayoutCase> {
 protected:
  void SetUp() override {
    REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  }

  [[nodiscard]] const std::vector<fixtures::CacheDylib>& dylibs() const {
    return fixtures::shared_dylibs(GetParam().arch);
  }

  fixtures::WrittenCache write(bool with_symbols = true, bool redacted = false) {
    return fixtures::write_cache(folder_ / "dyld", dylibs(),
                                 {GetParam().layout, GetParam().arch, with_symbols, redacted});
  }

  ScopedTempFolder folder_;
};

TEST_P(SharedCacheLayoutTest, ListsItsImagesWithPathUuidAndAddress) {
  const auto written = write();

  const auto cache = DyldCache::open(written.main_file);

  ASSERT_TRUE(cache) << cache.error().text();
  EXPECT_FALSE(cache->damage()) << *cache->damage();
  ASSERT_THAT(cache->images(), SizeIs(dylibs().size()));
  for (const auto& dylib : dylibs()) {
    SCOPED_TRACE(dylib.path);
    const auto uuid = read_symbol_slices(dylib.bytes)->front().uuid;
    const CachedImage* image = cache->find_path(dylib.path);
    ASSERT_NE(image, nullptr);
    EXPECT_EQ(image->uuid, uuid);
    EXPECT_EQ(image->address.value, written.addresses.at(dylib.path));
    EXPECT_EQ(cache->find(*uuid), image);
  }
  EXPECT_EQ(cache->find(Uuid::random()), nullptr);
  EXPECT_EQ(cache->find_path("/usr/lib/libSystem.B.dylib"), nullptr);
}

TEST_P(SharedCacheLayoutTest, NamesEveryFunctionAsTheDylibDoes) {
  const auto cache = DyldCache::open(write().main_file);
  ASSERT_TRUE(cache) << cache.error().text();

  for (const auto& dylib : dylibs()) {
    SCOPED_TRACE(dylib.path);
    const auto image = extract_image(*cache, *cache->find_path(dylib.path));
    ASSERT_TRUE(image) << image.error().text();
    const auto slices = read_symbol_slices(*image);
    ASSERT_TRUE(slices);
    EXPECT_EQ(slices->front().kind, SymbolFileKind::shared_cache);
    EXPECT_EQ(slices->front().arch, GetParam().arch);
    EXPECT_EQ(slices->front().version, "368.12.0");
    EXPECT_TRUE(MachOFile::parse(*image)->is_whole());
    EXPECT_EQ(functions_of(*image), functions_of(dylib.bytes));
    EXPECT_GE(functions_of(*image).size(), 3U);
  }
}

TEST_P(SharedCacheLayoutTest, WithoutLocalSymbolsMethodsAreNamedByTheirMetadata) {
  for (const bool redacted : {false, true}) {
    SCOPED_TRACE(redacted ? "redacted" : "no local symbols at all");
    const auto cache = DyldCache::open(write(redacted, redacted).main_file);
    ASSERT_TRUE(cache) << cache.error().text();

    for (const auto& dylib : dylibs()) {
      SCOPED_TRACE(dylib.path);
      const auto image = extract_image(*cache, *cache->find_path(dylib.path));
      ASSERT_TRUE(image) << image.error().text();
      const auto named = functions_of(*image);
      for (const auto& [place, function] : functions_of(dylib.bytes)) {
        SCOPED_TRACE(function.name);
        const auto found = named.find(place);
        if (is_method(function.name)) {
          ASSERT_NE(found, named.end());
          EXPECT_EQ(found->second.name, function.name);
          EXPECT_EQ(found->second.origin, SymbolOrigin::objc_metadata);
          EXPECT_EQ(found->second.size_bytes, function.size_bytes);
        } else if (found != named.end()) {
          EXPECT_EQ(found->second, function) << "a name is right or missing";
        }
      }
    }
  }
}

TEST_P(SharedCacheLayoutTest, ACategoryKeepsItsOwnImageAndItsClassFromAnother) {
  const auto cache = DyldCache::open(write(/*with_symbols=*/false).main_file);
  ASSERT_TRUE(cache) << cache.error().text();

  std::map<std::string, std::set<std::string>> names;
  for (const auto& image : cache->images()) {
    for (const auto& [place, function] : functions_of(*extract_image(*cache, image))) {
      names[fs::path(image.path).filename().string()].insert(function.name);
    }
  }

  EXPECT_THAT(names["IOGPU"], Contains("-[MTLCommandQueue(Driver) driverBits]"));
  EXPECT_THAT(names["Metal"], Contains("-[MTLCommandQueue commit:options:]"));
  EXPECT_THAT(names["Metal"], Contains("+[MTLCommandQueue version]"));
  EXPECT_THAT(names["Metal"], Not(Contains(HasSubstr("driverBits"))));
}

TEST_P(SharedCacheLayoutTest, CodeIsThatOfTheDylib) {
  const auto cache = DyldCache::open(write().main_file);
  ASSERT_TRUE(cache);
  for (const auto& dylib : dylibs()) {
    const auto image = extract_image(*cache, *cache->find_path(dylib.path));
    ASSERT_TRUE(image);
    const auto original = MachOFile::parse(dylib.bytes);
    const auto extracted = MachOFile::parse(*image);
    for (const auto& section : original->sections()) {
      if (section.name != "__text") continue;
      const auto* found = extracted->text_section_of({extracted->link_base().value + section.address.value});
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(extracted->bytes_at(found->address, found->size_bytes),
                original->bytes_at(section.address, section.size_bytes));
    }
  }
}

TEST_P(SharedCacheLayoutTest, AnImageOfAnotherBuildThanTheListSaysIsRefused) {
  const auto written = write();
  const auto& dylib = dylibs().back();
  std::string bytes = fixtures::read_bytes(written.main_file);
  const auto uuid = read_symbol_slices(dylib.bytes)->front().uuid->bytes();
  const auto listed = bytes.find(std::string(uuid.begin(), uuid.end()));
  ASSERT_NE(listed, std::string::npos);
  bytes[listed] = static_cast<char>(bytes[listed] ^ 1);
  fixtures::write_bytes(written.main_file, bytes);

  const auto cache = DyldCache::open(written.main_file);
  ASSERT_TRUE(cache);
  const auto image = extract_image(*cache, *cache->find_path(dylib.path));

  ASSERT_FALSE(image);
  EXPECT_THAT(image.error().text(), HasSubstr("refused: the image is"));
}

TEST_P(SharedCacheLayoutTest, AMissingFileTakesItsImagesAlone) {
  const auto written = write();
  if (written.files.size() == 1) GTEST_SKIP() << "this layout has one file";
  fs::remove(written.files[1]);

  const auto cache = DyldCache::open(written.main_file);

  ASSERT_TRUE(cache);
  ASSERT_TRUE(cache->damage());
  EXPECT_THAT(*cache->damage(),
              HasSubstr("sub-cache ." + std::string(GetParam().layout == CacheLayout::macos12 ? "1" : "01")));
  std::size_t read = 0;
  for (const auto& image : cache->images()) {
    const auto extracted = extract_image(*cache, image);
    if (extracted) {
      ++read;
    } else {
      EXPECT_EQ(extracted.error().kind(), ErrorKind::symbols);
    }
  }
  EXPECT_EQ(read, 2U) << "every second image lies in the other file";
}

TEST_P(SharedCacheLayoutTest, AFileOfAnotherBuildIsRefused) {
  const auto written = write();
  if (written.files.size() == 1) GTEST_SKIP() << "this layout has one file";
  for (const auto& file : {written.files[1], written.files.back()}) {
    SCOPED_TRACE(file);
    const std::string original = fixtures::read_bytes(file);
    std::string bytes = original;
    bytes[88] = 0x11;  // dyld_cache_header.uuid
    fixtures::write_bytes(file, bytes);

    const auto cache = DyldCache::open(written.main_file);

    ASSERT_TRUE(cache);
    ASSERT_TRUE(cache->damage());
    EXPECT_THAT(*cache->damage(), HasSubstr("refused: is 11"));
    fixtures::write_bytes(file, original);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layouts, SharedCacheLayoutTest,
    ::testing::Values(LayoutCase{"OneFileOfMacOS11", CacheLayout::macos11, "x86_64"},
                      LayoutCase{"NumberedFilesOfMacOS12", CacheLayout::macos12, "arm64"},
                      LayoutCase{"SuffixedFilesSinceMacOS13", CacheLayout::macos13, "arm64"},
                      LayoutCase{"SuffixedFilesForIntel", CacheLayout::macos13, "x86_64"}),
    [](const auto& row) { return row.param.what; });

TEST(SharedCacheTest, ASubCacheAndOtherFilesAreNoCache) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const ScopedTempFolder folder;
  const auto written = fixtures::write_cache(folder.path(), fixtures::shared_dylibs(), {});
  fixtures::write_bytes(folder / "text", "dyld_v0 is too old");

  const auto part = DyldCache::open(written.files[1]);
  const auto text = DyldCache::open(folder / "text");

  ASSERT_FALSE(part);
  EXPECT_THAT(part.error().text(), HasSubstr("name the main file"));
  EXPECT_FALSE(text);
  EXPECT_TRUE(may_be_cache_file(written.files[1]));
  EXPECT_FALSE(may_be_cache_file(folder / "text"));
  EXPECT_FALSE(may_be_cache_file(folder.path()));
}

TEST(SharedCacheTest, ASubCacheIsNeverLookedForInAnotherFolder) {
  REQUIRE_ON_LINUX(fixtures::have_apple_tools(), "needs clang-19, lld-19 and llvm-19");
  const ScopedTempFolder folder;
  const auto written = fixtures::write_cache(folder.path(), fixtures::shared_dylibs(), {});
  std::string bytes = fixtures::read_bytes(written.main_file);
  const auto suffix = bytes.find(".01");
  ASSERT_NE(suffix, std::string::npos);
  bytes.replace(suffix, 12, "/../../../et");
  fixtures::write_bytes(written.main_file, bytes);

  const auto cache = DyldCache::open(written.main_file);

  ASSERT_TRUE(cache);
  ASSERT_TRUE(cache->damage());
  EXPECT_THAT(*cache->damage(), HasSubstr("sub-cache 1 has no usable name"));
}

TEST(SharedCachePointerTest, DecodesEachVersionOfTheTable) {
  const std::uint64_t base = 0x180000000;
  struct Case {
    const char* what;
    std::uint64_t raw;
    CachePointers pointers;
    std::uint64_t address;
  };
  const Case cases[] = {
      {"plain", 0x180004010, {0, 0, 0}, 0x180004010},
      {"version 2: the link is masked, the base added",
       0x0012000000004010,
       {2, 0x00ffff0000000000, base},
       0x180004010},
      {"version 2: a link alone is null", 0x0012000000000000, {2, 0x00ffff0000000000, base}, 0},
      {"version 3: top byte and link",
       (7ULL << 51) | (0x5aULL << 43) | 0x180004010,
       {3, 0, base},
       0x180004010},
      {"version 3 authenticated",
       (1ULL << 63) | (7ULL << 51) | (0x6ae1ULL << 32) | 0x4010,
       {3, 0, base},
       0x180004010},
      {"version 5: top byte and link", (7ULL << 52) | (0x5aULL << 34) | 0x4010, {5, 0, base}, 0x180004010},
      {"version 5 authenticated",
       (1ULL << 63) | (7ULL << 52) | (0x6ae1ULL << 34) | 0x4010,
       {5, 0, base},
       0x180004010},
      {"null", 0, {5, 0, base}, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    EXPECT_EQ(decode_cache_pointer(c.raw, c.pointers).value, c.address);
  }
}

TEST(SharedCachePointerTest, AnUnknownVersionAndACutInfoAreTold) {
  CachePointers pointers;
  EXPECT_FALSE(read_cache_pointers(ByteView(std::string("\x09\0\0\0\0\0\0\0", 8)), pointers));
  EXPECT_FALSE(read_cache_pointers(ByteView(std::string("\x05\0\0\0\0\0\0\0", 8)), pointers));
  EXPECT_FALSE(read_cache_pointers(ByteView(""), pointers));
}

TEST(SharedCacheTrieTest, ATrieThatLoopsOrLeavesItsBytesEnds) {
  using std::string_literals::operator""s;
  // Root without a symbol, one child "_f" that is the root again.
  EXPECT_THAT(read_export_trie("\0\1_f\0\0"s), IsEmpty());
  // Root with a child "_f" of offset 0x10 whose own child is itself.
  const auto looped = read_export_trie("\0\1_f\0\6\2\0\x10\1a\0\6"s);
  ASSERT_THAT(looped, SizeIs(1));
  EXPECT_EQ(looped[0].name, "_f");
  EXPECT_EQ(looped[0].offset, 0x10U);
  // A child beyond the end; a label without an end; a number without an end; a size beyond the end.
  EXPECT_THAT(read_export_trie("\0\1_f\0\x7f"s), IsEmpty());
  EXPECT_THAT(read_export_trie("\0\1_f"s), IsEmpty());
  EXPECT_THAT(read_export_trie("\xff\xff\xff"s), IsEmpty());
  EXPECT_THAT(read_export_trie("\x7f\0"s), IsEmpty());
  EXPECT_THAT(read_export_trie(""), IsEmpty());
}

TEST(SharedCacheTrieTest, ReexportsAndAbsoluteSymbolsHaveNoPlace) {
  using std::string_literals::operator""s;
  // "_a": re-export (flag 8) of ordinal 1; "_b": absolute (kind 2); "_c": with stub and resolver (flag 0x10).
  const auto found = read_export_trie("\0\3_a\0\x0e_b\0\x13_c\0\x17\3\x08\1\0\0\2\2\5\0\3\x10\x20\x30\0"s);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].name, "_c");
  EXPECT_EQ(found[0].offset, 0x20U);
}

}  // namespace
}  // namespace faultline

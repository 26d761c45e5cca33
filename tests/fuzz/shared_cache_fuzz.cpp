// Any bytes as the files of a dyld shared cache: every image that comes out is a whole Mach-O file of the
// listed build, and every byte given lies in the files.
//
// The input is one file after the other: its suffix, a zero, its size (u32, little-endian), its bytes; the
// last may be cut.

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "analyzer/symbolize/shared_cache/dyld_cache.h"
#include "analyzer/symbolize/shared_cache/export_trie.h"
#include "analyzer/symbolize/shared_cache/extracted_image.h"
#include "core/base/check.h"

using namespace faultline;

namespace {

std::map<std::string, std::string_view> files_in(std::string_view input) {
  std::map<std::string, std::string_view> files;
  const ByteView view(input);
  std::uint64_t at = 0;
  while (const auto suffix = view.c_string(at, 64)) {
    at += suffix->size() + 1;
    const auto size = view.little<std::uint32_t>(at);
    if (!size) break;
    at += 4;
    files[std::string(*suffix)] = input.substr(at, *size);
    if (*size > input.size() - at) break;
    at += *size;
  }
  return files;
}

void read_image(const DyldCache& cache, const CachedImage& image) {
  const auto file = extract_image(cache, image);
  if (!file) {
    CHECK(!file.error().text().empty());
    return;
  }
  const auto slices = read_symbol_slices(*file);
  CHECK(slices && slices->size() == 1 && slices->front().kind == SymbolFileKind::shared_cache);
  CHECK(!image.uuid || slices->front().uuid == image.uuid);
  CHECK(slices->front().link_base == image.address);
  const FunctionTable table = FunctionTable::read(*file);
  std::uint64_t end = 0;
  for (const auto& function : table.functions()) {
    CHECK(function.size_bytes > 0 && function.start.value >= end && !function.name.empty());
    end = function.start.value + function.size_bytes;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const auto& symbol : read_export_trie(input)) CHECK(!symbol.name.empty());
  const auto files = files_in(input);
  const auto cache = DyldCache::assemble([&](const std::string& suffix) -> Result<CacheFile> {
    const auto found = files.find(suffix);
    if (found == files.end()) return fail(ErrorKind::io, "no such file");
    return CacheFile::parse(found->second);
  });
  if (!cache) return 0;
  const auto damage = cache->damage();
  CHECK(!damage || !damage->empty());
  constexpr std::size_t kMostImages = 64;
  for (std::size_t i = 0; i < cache->images().size() && i < kMostImages; ++i)
    read_image(*cache, cache->images()[i]);
  return 0;
}

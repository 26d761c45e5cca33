#include "analyzer/symbolize/shared_cache/image_symbols.h"

#include <algorithm>
#include <tuple>

#include "analyzer/symbolize/shared_cache/export_trie.h"

namespace faultline {
namespace {

constexpr std::string_view kRedacted = "<redacted>";

void add_all(const std::vector<MachSymbol>& found, std::vector<ImageSymbol>& symbols) {
  for (const auto& symbol : found) {
    if (symbol.name != kRedacted)
      symbols.push_back({symbol.address, std::string(symbol.name), symbol.external});
  }
}

void add_symbol_table(const DyldCache& cache, const MachOFile& header, std::vector<ImageSymbol>& symbols) {
  const auto& table = header.symbol_table();
  if (!table) return;
  const std::uint64_t entry_size = header.is_64_bit() ? 16 : 12;
  const auto entries =
      linkedit_bytes(cache, header, {table->symbol_offset, table->symbol_count * entry_size});
  const auto strings = linkedit_bytes(cache, header, {table->string_offset, table->string_size_bytes});
  if (!entries || !strings) return;
  add_all(read_mach_symbols(ByteView(*entries), table->symbol_count, ByteView(*strings), header), symbols);
}

void add_exports(const DyldCache& cache, const MachOFile& header, std::vector<ImageSymbol>& symbols) {
  const auto& table = header.exports_trie_table();
  const auto trie = table ? linkedit_bytes(cache, header, *table) : std::nullopt;
  if (!trie) return;
  for (auto& symbol : read_export_trie(*trie)) {
    const LinkAddress address{header.link_base().value + symbol.offset};
    if (header.text_section_of(address) != nullptr)
      symbols.push_back({address, std::move(symbol.name), true});
  }
}

void keep_one_of_each(std::vector<ImageSymbol>& symbols) {
  std::sort(symbols.begin(), symbols.end(), [](const ImageSymbol& a, const ImageSymbol& b) {
    return std::tuple(a.address, std::string_view(a.name), !a.external) <
           std::tuple(b.address, std::string_view(b.name), !b.external);
  });
  const auto end = std::unique(
      symbols.begin(), symbols.end(),
      [](const ImageSymbol& a, const ImageSymbol& b) { return a.address == b.address && a.name == b.name; });
  symbols.erase(end, symbols.end());
}

}  // namespace

std::optional<std::string_view> linkedit_bytes(const DyldCache& cache, const MachOFile& header,
                                               const MachTable& table) {
  for (const auto& segment : header.segments()) {
    if (segment.name != "__LINKEDIT" || table.offset < segment.file_offset) continue;
    return cache.bytes_at({segment.address.value + (table.offset - segment.file_offset)}, table.size_bytes);
  }
  return std::nullopt;
}

CachedImageSymbols read_image_symbols(const DyldCache& cache, const CachedImage& image,
                                      const MachOFile& header) {
  CachedImageSymbols found;
  if (const auto& table = header.function_starts_table()) {
    if (const auto bytes = linkedit_bytes(cache, header, *table)) {
      found.function_starts = decode_function_starts(*bytes, header.link_base());
    }
  }
  add_symbol_table(cache, header, found.symbols);
  add_exports(cache, header, found.symbols);
  add_all(cache.local_symbols(image, header), found.symbols);
  keep_one_of_each(found.symbols);

  const std::size_t named = found.symbols.size();
  for (auto& method : read_objc_methods(header, cache)) {
    const auto end = found.symbols.begin() + static_cast<std::ptrdiff_t>(named);
    const auto at = std::lower_bound(
        found.symbols.begin(), end, method.implementation,
        [](const ImageSymbol& symbol, LinkAddress wanted) { return symbol.address < wanted; });
    const bool is_named = at != end && at->address == method.implementation;
    // A method list names a body only where a function begins; anything else is damage.
    if (is_named || !std::binary_search(found.function_starts.begin(), found.function_starts.end(),
                                        method.implementation)) {
      continue;
    }
    if (found.objc_names.empty() || found.objc_names.back() != method.implementation) {
      found.objc_names.push_back(method.implementation);
    }
    found.symbols.push_back({method.implementation, std::move(method.name), false});
  }
  keep_one_of_each(found.symbols);
  return found;
}

}  // namespace faultline

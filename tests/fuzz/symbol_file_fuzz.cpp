// Any bytes as one Mach-O or ELF slice: load commands, symbol tables, function starts, chained pointers.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/symbolize/files/chained_pointer.h"
#include "analyzer/symbolize/files/elf_file.h"
#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "core/base/check.h"

using namespace faultline;

namespace {

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

/// Bytes that a file gives for an address are its own, and exactly as many as were asked for.
template <typename File>
void check_bytes(const File& file, std::string_view whole, LinkAddress address) {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{8}, std::uint64_t{1} << 40, UINT64_MAX}) {
    const auto bytes = file.bytes_at(address, size);
    CHECK(!bytes || (bytes->size() == size && lies_in(*bytes, whole)));
  }
  const auto* section = file.text_section_of(address);
  CHECK(section == nullptr || address.value - section->address.value < section->size_bytes);
}

void read_macho(const MachOFile& file, std::string_view whole) {
  constexpr std::uint64_t kMostWords = 64;
  LinkAddress last;
  for (const auto start : file.function_starts()) {
    CHECK(start.value >= last.value);
    last = start;
  }
  for (const auto& symbol : file.text_symbols()) CHECK(lies_in(symbol.name, whole));
  const auto fixups = file.chained_fixups();
  if (fixups) {
    for (const auto name : fixups->imports) CHECK(lies_in(name, whole));
  }
  for (const auto& section : file.sections()) {
    check_bytes(file, whole, section.address);
    check_bytes(file, whole, {section.address.value + section.size_bytes - 1});
    const auto text = file.c_string_at(section.address);
    CHECK(!text || lies_in(*text, whole));
    for (std::uint64_t word = 0; word < kMostWords && word * 8 < section.size_bytes; ++word) {
      const LinkAddress location{section.address.value + word * 8};
      const auto pointer = read_file_pointer(file, fixups ? &*fixups : nullptr, location);
      CHECK(!pointer || lies_in(pointer->import_name, whole));
    }
  }
}

void read_elf(const ElfFile& file, std::string_view whole) {
  for (const auto& symbol : file.function_symbols()) CHECK(lies_in(symbol.name, whole));
  for (const auto& section : file.sections()) {
    check_bytes(file, whole, section.address);
    check_bytes(file, whole, {section.address.value + section.size_bytes - 1});
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const auto& slice : find_mach_slices(bytes)) {
    CHECK(slice.offset <= size && slice.size_bytes <= size - slice.offset);
  }
  if (const auto macho = MachOFile::parse(bytes)) read_macho(*macho, bytes);
  if (const auto elf = ElfFile::parse(bytes)) read_elf(*elf, bytes);
  LinkAddress last;
  for (const auto& [address, name] : read_linker_names(bytes)) {
    CHECK(address.value >= last.value && !name.empty());
    last = address;
  }
  return 0;
}

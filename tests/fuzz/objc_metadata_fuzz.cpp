// Any bytes as a symbol file: identity, Mach-O tables, Objective-C metadata, ELF symbols.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "analyzer/symbolize/files/function_table.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "analyzer/symbolize/files/objc_metadata.h"
#include "analyzer/symbolize/files/symbol_slice.h"
#include "core/base/check.h"

using namespace faultline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto slices = read_symbol_slices(bytes);
  if (!slices) return 0;
  for (const auto& slice : *slices) {
    CHECK(slice.offset <= size && slice.size_bytes <= size - slice.offset);
    const auto part = bytes.substr(slice.offset, slice.size_bytes);
    if (const auto file = MachOFile::parse(part)) {
      for (const auto& method : read_objc_methods(*file)) {
        CHECK(file->text_section_of(method.implementation) != nullptr);
        CHECK(method.name.size() > 4);
      }
    }
    // Names come with extents that lie apart, however the file lies about its tables.
    const FunctionTable table = FunctionTable::read(part);
    std::uint64_t end = 0;
    for (const auto& function : table.functions()) {
      CHECK(function.size_bytes > 0 && function.start.value >= end);
      CHECK(function.size_bytes <= UINT64_MAX - function.start.value);
      end = function.start.value + function.size_bytes;
      CHECK(table.find(function.start) == &function);
    }
  }
  return 0;
}

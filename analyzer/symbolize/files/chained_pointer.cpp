#include "analyzer/symbolize/files/chained_pointer.h"

#include <llvm/BinaryFormat/MachO.h>

namespace faultline {
namespace {

namespace macho = llvm::MachO;

std::uint64_t bits(std::uint64_t raw, unsigned first, unsigned count) {
  return (raw >> first) & ((std::uint64_t{1} << count) - 1);
}

std::optional<FilePointer> bound_to(std::uint64_t ordinal, const ChainedFixups& fixups) {
  if (ordinal >= fixups.imports.size() || fixups.imports[ordinal].empty()) return std::nullopt;
  return FilePointer{{0}, fixups.imports[ordinal]};
}

}  // namespace

std::optional<FilePointer> decode_chained_pointer(std::uint64_t raw, std::uint16_t pointer_format,
                                                  LinkAddress link_base, const ChainedFixups& fixups) {
  if (raw == 0) return FilePointer{};  // Null pointers are on no chain.
  switch (pointer_format) {
    case macho::DYLD_CHAINED_PTR_ARM64E:
    case macho::DYLD_CHAINED_PTR_ARM64E_USERLAND:
    case macho::DYLD_CHAINED_PTR_ARM64E_USERLAND24: {
      const bool authenticated = bits(raw, 63, 1) != 0;
      const bool bind = bits(raw, 62, 1) != 0;
      if (bind)
        return bound_to(bits(raw, 0, pointer_format == macho::DYLD_CHAINED_PTR_ARM64E_USERLAND24 ? 24 : 16),
                        fixups);
      if (authenticated) return FilePointer{{link_base.value + bits(raw, 0, 32)}, {}};
      // high8 holds a tag of the top byte, which is no part of the address.
      const std::uint64_t target = bits(raw, 0, 43);
      return FilePointer{
          {pointer_format == macho::DYLD_CHAINED_PTR_ARM64E ? target : link_base.value + target}, {}};
    }
    case macho::DYLD_CHAINED_PTR_64:
    case macho::DYLD_CHAINED_PTR_64_OFFSET: {
      if (bits(raw, 63, 1) != 0) return bound_to(bits(raw, 0, 24), fixups);
      const std::uint64_t target = bits(raw, 0, 36);
      return FilePointer{{pointer_format == macho::DYLD_CHAINED_PTR_64 ? target : link_base.value + target},
                         {}};
    }
    default:
      return std::nullopt;
  }
}

std::optional<FilePointer> read_file_pointer(const MachOFile& file, const ChainedFixups* fixups,
                                             LinkAddress location) {
  const auto bytes = file.bytes_at(location, 8);
  if (!bytes) return std::nullopt;
  const std::uint64_t raw = *ByteView(*bytes).little<std::uint64_t>(0);
  if (fixups != nullptr) {
    for (const auto& segment : fixups->segments) {
      if (location >= segment.first && location.value - segment.first.value < segment.size_bytes) {
        return decode_chained_pointer(raw, segment.pointer_format, file.link_base(), *fixups);
      }
    }
  }
  return FilePointer{{strip_pointer_authentication(raw)}, {}};
}

}  // namespace faultline

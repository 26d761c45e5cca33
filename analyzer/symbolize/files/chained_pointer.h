// What a pointer in the data of a Mach-O file points to, before dyld has fixed it up.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "analyzer/symbolize/files/macho_file.h"
#include "core/model/address.h"

namespace faultline {

/// A pointer as written in the file: to an address of the same image, or to a symbol of another one.
struct FilePointer {
  LinkAddress target;            ///< 0 where `import_name` is set, or for null.
  std::string_view import_name;  ///< `_OBJC_CLASS_$_NSObject`; empty for pointers into the image.
  [[nodiscard]] bool is_null() const { return target.value == 0 && import_name.empty(); }
};

/// Decodes `raw` as a pointer of `pointer_format`.
///
/// Formats (DYLD_CHAINED_PTR_* of <mach-o/fixup-chains.h>; bit 0 is the lowest):
///
/// | format | rebase: bits | bind: bits |
/// |---|---|---|
/// | 1 ARM64E, 9 ARM64E_USERLAND | target 0-42, high8 43-50, next 51-61 | ordinal 0-15 |
/// | 12 ARM64E_USERLAND24 | the same | ordinal 0-23 |
/// | 1, 9, 12 if authenticated | target 0-31, diversity 32-47, key 49-50 | as above |
/// | 2 PTR_64, 6 PTR_64_OFFSET | target 0-35, high8 36-43, next 51-62 | ordinal 0-23 |
///
/// A bind has bit 62 (arm64e) or 63 set; an authenticated arm64e pointer has bit 63 set, and its target
/// counts from the image's base.
/// Other targets of formats 1 and 2 are link addresses; those of 6, 9 and 12 count from the image's base.
/// nullopt for a format that is not in the table and for an ordinal beyond `fixups.imports`.
std::optional<FilePointer> decode_chained_pointer(std::uint64_t raw, std::uint16_t pointer_format,
                                                  LinkAddress link_base, const ChainedFixups& fixups);

/// Reads and decodes the pointer stored at `location`. Without chained fixups, or in a segment that has
/// none, the word itself is the target; authentication bits of an already fixed-up copy are stripped.
std::optional<FilePointer> read_file_pointer(const MachOFile& file, const ChainedFixups* fixups,
                                             LinkAddress location);

}  // namespace faultline

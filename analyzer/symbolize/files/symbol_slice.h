// Whose symbols a file holds: the identity of every slice of a Mach-O or ELF file.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"

namespace faultline {

/// Equal to the first part of a name in the archive.
enum class SymbolFileKind {
  macho,
  dsym,
  elf,
  elf_debug,
  shared_cache,  ///< An image out of a dyld shared cache: its code and symbols, without its data.
};
std::string_view symbol_file_kind_text(SymbolFileKind kind);

struct SymbolSlice {
  SymbolFileKind kind = SymbolFileKind::macho;
  std::string arch;
  std::optional<Uuid> uuid;  ///< LC_UUID, or the first 16 bytes of the build-id.
  std::string build_id;      ///< ELF: the whole of it in hex.
  std::uint64_t offset = 0;  ///< Of the slice in its file.
  std::uint64_t size_bytes = 0;
  LinkAddress link_base;  ///< What image offsets count from.
  bool has_dwarf = false;
  std::string version;  ///< Of a dylib, as linked; else empty.
};

/// The slices of a Mach-O (fat or thin) or ELF file. Fails with kind `symbols` for what is neither.
Result<std::vector<SymbolSlice>> read_symbol_slices(std::string_view file);

/// True if the first bytes look like a file that read_symbol_slices() can read: for walks over folders.
bool may_hold_symbols(const std::filesystem::path& path);

/// True if the slice is the one that `image` was loaded from. ELF build-ids are compared whole where
/// both are known. An image without UUID matches nothing.
bool is_same_build(const SymbolSlice& slice, const Image& image);

/// `arm64e 0ce453ff-…`, for messages.
std::string describe_slice(const SymbolSlice& slice);

}  // namespace faultline

#include "analyzer/symbolize/files/symbol_slice.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <llvm/BinaryFormat/ELF.h>
#include <llvm/BinaryFormat/MachO.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "analyzer/symbolize/files/byte_view.h"
#include "analyzer/symbolize/files/elf_file.h"
#include "analyzer/symbolize/files/macho_file.h"
#include "core/base/enum_text.h"
#include "core/base/scoped_fd.h"

namespace faultline {
namespace {

constexpr std::array<EnumText<SymbolFileKind>, 5> kSymbolFileKinds{{
    {SymbolFileKind::macho, "macho"},
    {SymbolFileKind::dsym, "dsym"},
    {SymbolFileKind::elf, "elf"},
    {SymbolFileKind::elf_debug, "elf_debug"},
    {SymbolFileKind::shared_cache, "shared_cache"},
}};
static_assert(is_complete(kSymbolFileKinds, SymbolFileKind::shared_cache));

SymbolSlice slice_of(const MachOFile& file, const MachSlice& where) {
  SymbolSlice slice;
  slice.kind = file.is_dsym()              ? SymbolFileKind::dsym
               : file.is_in_shared_cache() ? SymbolFileKind::shared_cache
                                           : SymbolFileKind::macho;
  slice.arch = file.arch();
  slice.uuid = file.uuid();
  slice.offset = where.offset;
  slice.size_bytes = where.size_bytes;
  slice.link_base = file.link_base();
  slice.version = file.dylib_version();
  slice.has_dwarf = std::any_of(file.sections().begin(), file.sections().end(), [](const MachSection& s) {
    return s.segment == "__DWARF" && s.name == "__debug_info" && s.size_bytes > 0;
  });
  return slice;
}

SymbolSlice slice_of(const ElfFile& file, std::uint64_t size_bytes) {
  SymbolSlice slice;
  slice.kind = file.is_debug_file() ? SymbolFileKind::elf_debug : SymbolFileKind::elf;
  slice.arch = file.arch();
  slice.build_id = file.build_id();
  // Build-ids shorter than 16 bytes (--build-id=uuid and sha1 give 16 and 20) are not indexed.
  if (slice.build_id.size() >= 32) slice.uuid = Uuid::parse(slice.build_id.substr(0, 32));
  slice.size_bytes = size_bytes;
  slice.link_base = file.link_base();
  slice.has_dwarf = file.has_section(".debug_info");
  return slice;
}

}  // namespace

std::string_view symbol_file_kind_text(SymbolFileKind kind) { return enum_text(kSymbolFileKinds, kind); }

Result<std::vector<SymbolSlice>> read_symbol_slices(std::string_view file) {
  std::vector<SymbolSlice> slices;
  if (file.starts_with(llvm::ELF::ElfMagic)) {
    TRY_ASSIGN(const auto elf, ElfFile::parse(file));
    slices.push_back(slice_of(elf, file.size()));
    return slices;
  }
  for (const auto& where : find_mach_slices(file)) {
    const auto macho = MachOFile::parse(file.substr(where.offset, where.size_bytes));
    if (macho) slices.push_back(slice_of(*macho, where));
  }
  if (slices.empty()) return fail(ErrorKind::symbols, "neither a Mach-O nor an ELF file");
  return slices;
}

bool may_hold_symbols(const std::filesystem::path& path) {
  ScopedFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 4> raw{};
  if (!fd.valid() || ::read(fd.get(), raw.data(), raw.size()) != static_cast<ssize_t>(raw.size()))
    return false;
  const std::string_view magic(raw.data(), raw.size());
  const auto thin = ByteView(magic).little<std::uint32_t>(0);
  const auto fat = ByteView(magic).big<std::uint32_t>(0);
  return magic == llvm::ELF::ElfMagic || thin == llvm::MachO::MH_MAGIC || thin == llvm::MachO::MH_MAGIC_64 ||
         fat == llvm::MachO::FAT_MAGIC || fat == llvm::MachO::FAT_MAGIC_64;
}

bool is_same_build(const SymbolSlice& slice, const Image& image) {
  if (!image.build_id.empty() && !slice.build_id.empty()) return image.build_id == slice.build_id;
  return image.uuid && slice.uuid && *image.uuid == *slice.uuid;
}

std::string describe_slice(const SymbolSlice& slice) {
  return fmt::format("{} {}", slice.arch, slice.uuid ? slice.uuid->text() : std::string("without a UUID"));
}

}  // namespace faultline

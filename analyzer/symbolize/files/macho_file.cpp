#include "analyzer/symbolize/files/macho_file.h"

#include <fmt/format.h>
#include <llvm/BinaryFormat/MachO.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace faultline {
namespace {

namespace macho = llvm::MachO;

// No real file comes near these; a damaged count must not make us allocate gigabytes.
constexpr std::uint32_t kMostSlices = 32;
constexpr std::size_t kMostSections = 4096;
constexpr std::uint32_t kMostImports = 1U << 20;

std::string arch_text(std::uint32_t cpu, std::uint32_t subtype) {
  subtype &= ~std::uint32_t{macho::CPU_SUBTYPE_MASK};  // Capabilities: arm64e's pointer authentication ABI.
  switch (cpu) {
    case macho::CPU_TYPE_ARM64:
      return subtype == macho::CPU_SUBTYPE_ARM64E ? "arm64e" : "arm64";
    case macho::CPU_TYPE_ARM64_32:
      return "arm64_32";
    case macho::CPU_TYPE_X86_64:
      return subtype == macho::CPU_SUBTYPE_X86_64_H ? "x86_64h" : "x86_64";
    case macho::CPU_TYPE_I386:
      return "i386";
    case macho::CPU_TYPE_ARM:
      switch (subtype) {
        case macho::CPU_SUBTYPE_ARM_V6:
          return "armv6";
        case macho::CPU_SUBTYPE_ARM_V7:
          return "armv7";
        case macho::CPU_SUBTYPE_ARM_V7S:
          return "armv7s";
        case macho::CPU_SUBTYPE_ARM_V7K:
          return "armv7k";
        default:
          return "arm";
      }
    default:
      return fmt::format("cpu {:#x}", cpu);
  }
}

}  // namespace

std::optional<std::uint64_t> read_uleb128(std::string_view bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

bool MachSection::is_text() const {
  return (flags & (macho::S_ATTR_PURE_INSTRUCTIONS | macho::S_ATTR_SOME_INSTRUCTIONS)) != 0;
}

bool MachOFile::is_dsym() const { return file_type_ == macho::MH_DSYM; }
bool MachOFile::is_in_shared_cache() const { return (flags_ & macho::MH_DYLIB_IN_CACHE) != 0; }

std::vector<MachSlice> find_mach_slices(std::string_view file) {
  const ByteView view(file);
  const auto magic = view.little<std::uint32_t>(0);
  if (!magic) return {};
  if (*magic == macho::MH_MAGIC || *magic == macho::MH_MAGIC_64) return {{0, view.size()}};
  const auto fat = view.big<std::uint32_t>(0);
  if (fat != macho::FAT_MAGIC && fat != macho::FAT_MAGIC_64) return {};
  const auto count = view.big<std::uint32_t>(offsetof(macho::fat_header, nfat_arch));
  // Java class files begin with the same four bytes; theirs is a version number of 45 and up.
  if (!count || *count > kMostSlices) return {};

  std::vector<MachSlice> slices;
  for (std::uint32_t i = 0; i < *count; ++i) {
    std::optional<std::uint64_t> offset;
    std::optional<std::uint64_t> size;
    if (fat == macho::FAT_MAGIC_64) {
      const std::uint64_t at = sizeof(macho::fat_header) + i * sizeof(macho::fat_arch_64);
      offset = view.big<std::uint64_t>(at + offsetof(macho::fat_arch_64, offset));
      size = view.big<std::uint64_t>(at + offsetof(macho::fat_arch_64, size));
    } else {
      const std::uint64_t at = sizeof(macho::fat_header) + i * sizeof(macho::fat_arch);
      offset = view.big<std::uint32_t>(at + offsetof(macho::fat_arch, offset));
      size = view.big<std::uint32_t>(at + offsetof(macho::fat_arch, size));
    }
    if (offset && size && view.slice(*offset, *size)) slices.push_back({*offset, *size});
  }
  return slices;
}

Result<MachOFile> MachOFile::parse(std::string_view slice) {
  MachOFile file;
  file.view_ = ByteView(slice);
  const auto magic = file.view_.little<std::uint32_t>(0);
  if (magic != macho::MH_MAGIC && magic != macho::MH_MAGIC_64)
    return fail(ErrorKind::symbols, "no Mach-O header");
  file.wide_ = magic == macho::MH_MAGIC_64;
  const auto cpu = file.view_.little<std::uint32_t>(offsetof(macho::mach_header, cputype));
  const auto subtype = file.view_.little<std::uint32_t>(offsetof(macho::mach_header, cpusubtype));
  const auto file_type = file.view_.little<std::uint32_t>(offsetof(macho::mach_header, filetype));
  const auto command_count = file.view_.little<std::uint32_t>(offsetof(macho::mach_header, ncmds));
  if (!cpu || !subtype || !file_type || !command_count) {
    return fail(ErrorKind::symbols, "the Mach-O header is cut short");
  }
  file.arch_ = arch_text(*cpu, *subtype);
  file.file_type_ = *file_type;
  file.flags_ = file.view_.little<std::uint32_t>(offsetof(macho::mach_header, flags)).value_or(0);

  std::uint64_t at = file.wide_ ? sizeof(macho::mach_header_64) : sizeof(macho::mach_header);
  std::uint32_t commands_read = 0;
  for (; commands_read < *command_count; ++commands_read) {
    const auto command = file.view_.little<std::uint32_t>(at);
    const auto size = file.view_.little<std::uint32_t>(at + offsetof(macho::load_command, cmdsize));
    if (!command || !size || *size < sizeof(macho::load_command) || !file.view_.slice(at, *size)) break;
    if (!file.read_command(at, *command, *size)) break;
    at += *size;
  }
  file.whole_ = commands_read == *command_count &&
                std::all_of(file.segments_.begin(), file.segments_.end(), [&](const MachSegment& segment) {
                  return file.view_.slice(segment.file_offset, segment.file_size_bytes).has_value();
                });
  return file;
}

bool MachOFile::read_command(std::uint64_t at, std::uint32_t command, std::uint32_t size_bytes) {
  const auto field = [&](std::uint64_t offset) {
    return offset + 4 <= size_bytes ? view_.little<std::uint32_t>(at + offset).value_or(0) : 0U;
  };
  switch (command) {
    case macho::LC_SEGMENT:
    case macho::LC_SEGMENT_64:
      return read_segment(at, size_bytes);
    case macho::LC_UUID:
      if (const auto raw = size_bytes >= sizeof(macho::uuid_command)
                               ? view_.slice(at + offsetof(macho::uuid_command, uuid), 16)
                               : std::nullopt) {
        std::array<std::uint8_t, 16> bytes{};
        std::transform(raw->begin(), raw->end(), bytes.begin(),
                       [](char c) { return static_cast<std::uint8_t>(c); });
        if (const Uuid uuid(bytes); !uuid.is_zero()) uuid_ = uuid;
      }
      return true;
    case macho::LC_ID_DYLIB: {
      const std::uint32_t version =
          field(offsetof(macho::dylib_command, dylib) + offsetof(macho::dylib, current_version));
      dylib_version_ = fmt::format("{}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff);
      return true;
    }
    case macho::LC_SYMTAB:
      symbols_ = MachSymbolTable{
          field(offsetof(macho::symtab_command, symoff)), field(offsetof(macho::symtab_command, nsyms)),
          field(offsetof(macho::symtab_command, stroff)), field(offsetof(macho::symtab_command, strsize))};
      return true;
    case macho::LC_FUNCTION_STARTS:
      function_starts_ = MachTable{field(offsetof(macho::linkedit_data_command, dataoff)),
                                   field(offsetof(macho::linkedit_data_command, datasize))};
      return true;
    case macho::LC_DYLD_CHAINED_FIXUPS:
      chained_fixups_ = MachTable{field(offsetof(macho::linkedit_data_command, dataoff)),
                                  field(offsetof(macho::linkedit_data_command, datasize))};
      return true;
    case macho::LC_NOTE:
      if (size_bytes >= sizeof(macho::note_command) &&
          view_.fixed_string(at + offsetof(macho::note_command, data_owner), 16) == kObjcNamesNote) {
        objc_names_ =
            MachTable{view_.little<std::uint64_t>(at + offsetof(macho::note_command, offset)).value_or(0),
                      view_.little<std::uint64_t>(at + offsetof(macho::note_command, size)).value_or(0)};
      }
      return true;
    default:
      read_exports_command(at, command, size_bytes);
      return true;
  }
}

void MachOFile::read_exports_command(std::uint64_t at, std::uint32_t command, std::uint32_t size_bytes) {
  std::uint64_t offset_at = 0;
  std::uint64_t size_at = 0;
  if (command == macho::LC_DYLD_EXPORTS_TRIE) {
    offset_at = offsetof(macho::linkedit_data_command, dataoff);
    size_at = offsetof(macho::linkedit_data_command, datasize);
  } else if (command == macho::LC_DYLD_INFO || command == macho::LC_DYLD_INFO_ONLY) {
    offset_at = offsetof(macho::dyld_info_command, export_off);
    size_at = offsetof(macho::dyld_info_command, export_size);
  }
  if (size_at == 0 || size_at + 4 > size_bytes) return;
  const MachTable table{view_.little<std::uint32_t>(at + offset_at).value_or(0),
                        view_.little<std::uint32_t>(at + size_at).value_or(0)};
  if (table.size_bytes > 0) exports_trie_ = table;
}

std::optional<std::uint64_t> MachOFile::word(std::uint64_t offset) const {
  if (wide_) return view_.little<std::uint64_t>(offset);
  return view_.little<std::uint32_t>(offset);
}

bool MachOFile::read_segment(std::uint64_t at, std::uint32_t size_bytes) {
  using Command = macho::segment_command_64;
  // The 32-bit forms have the same fields in the same order: only the words in them are shorter.
  const std::uint64_t width = wide_ ? 8 : 4;
  const std::uint64_t words_at = at + offsetof(Command, vmaddr);
  const std::uint64_t sections_at = at + (wide_ ? sizeof(Command) : sizeof(macho::segment_command));
  if (sections_at > at + size_bytes) return false;
  MachSegment segment;
  segment.name = view_.fixed_string(at + offsetof(Command, segname), sizeof(Command::segname)).value_or("");
  segment.address = {word(words_at).value_or(0)};
  segment.size_bytes = word(words_at + width).value_or(0);
  segment.file_offset = word(words_at + 2 * width).value_or(0);
  segment.file_size_bytes = word(words_at + 3 * width).value_or(0);
  if (segment.name == "__TEXT") link_base_ = segment.address;

  const std::uint64_t count_at =
      at + (wide_ ? offsetof(Command, nsects) : offsetof(macho::segment_command, nsects));
  const auto count = view_.little<std::uint32_t>(count_at).value_or(0);
  const std::uint64_t section_size = wide_ ? sizeof(macho::section_64) : sizeof(macho::section);
  for (std::uint32_t i = 0; i < count && sections_.size() < kMostSections; ++i) {
    const std::uint64_t entry = sections_at + i * section_size;
    if (entry + section_size > at + size_bytes) break;
    sections_.push_back(read_section(entry));
  }
  segments_.push_back(std::move(segment));
  return true;
}

MachSection MachOFile::read_section(std::uint64_t at) const {
  using Entry = macho::section_64;
  using ShortEntry = macho::section;
  const std::uint64_t size_at = wide_ ? offsetof(Entry, size) : offsetof(ShortEntry, size);
  const std::uint64_t offset_at = wide_ ? offsetof(Entry, offset) : offsetof(ShortEntry, offset);
  const std::uint64_t flags_at = wide_ ? offsetof(Entry, flags) : offsetof(ShortEntry, flags);
  MachSection section;
  section.name = view_.fixed_string(at, sizeof(Entry::sectname)).value_or("");
  section.segment = view_.fixed_string(at + offsetof(Entry, segname), sizeof(Entry::segname)).value_or("");
  section.address = {word(at + offsetof(Entry, addr)).value_or(0)};
  section.size_bytes = word(at + size_at).value_or(0);
  section.file_offset = view_.little<std::uint32_t>(at + offset_at).value_or(0);
  section.flags = view_.little<std::uint32_t>(at + flags_at).value_or(0);
  return section;
}

std::vector<LinkAddress> decode_function_starts(std::string_view bytes, LinkAddress base) {
  std::vector<LinkAddress> starts;
  std::uint64_t address = base.value;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto delta = read_uleb128(bytes, at);
    if (!delta || *delta == 0) break;  // A zero ends the list; the rest is padding.
    if (*delta > UINT64_MAX - address) return {};
    address += *delta;
    starts.push_back({address});
  }
  return starts;
}

std::vector<LinkAddress> MachOFile::function_starts() const {
  if (!function_starts_) return {};
  const auto bytes = view_.slice(function_starts_->offset, function_starts_->size_bytes);
  return bytes ? decode_function_starts(*bytes, link_base_) : std::vector<LinkAddress>();
}

std::vector<LinkAddress> MachOFile::objc_name_starts() const {
  if (!objc_names_) return {};
  const auto bytes = view_.slice(objc_names_->offset, objc_names_->size_bytes);
  return bytes ? decode_function_starts(*bytes, link_base_) : std::vector<LinkAddress>();
}

std::vector<MachSymbol> read_mach_symbols(ByteView entries, std::uint64_t count, ByteView strings,
                                          const MachOFile& file) {
  const bool wide = file.is_64_bit();
  const std::uint64_t entry_size = wide ? sizeof(macho::nlist_64) : sizeof(macho::nlist);
  std::vector<MachSymbol> symbols;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto bytes = entries.slice(i * entry_size, entry_size);
    if (!bytes) break;
    const ByteView entry(*bytes);
    const auto name_at = *entry.little<std::uint32_t>(0);
    const auto type = *entry.little<std::uint8_t>(offsetof(macho::nlist_64, n_type));
    const std::uint64_t value = wide ? *entry.little<std::uint64_t>(offsetof(macho::nlist_64, n_value))
                                     : *entry.little<std::uint32_t>(offsetof(macho::nlist, n_value));
    if ((type & macho::N_STAB) != 0 || (type & macho::N_TYPE) != macho::N_SECT) continue;
    if (file.text_section_of({value}) == nullptr) continue;
    const auto name = strings.c_string(name_at);
    if (name && !name->empty()) symbols.push_back({*name, {value}, (type & macho::N_EXT) != 0});
  }
  return symbols;
}

std::vector<MachSymbol> MachOFile::text_symbols() const {
  if (!symbols_) return {};
  const auto strings = view_.slice(symbols_->string_offset, symbols_->string_size_bytes);
  if (!strings || symbols_->symbol_offset > view_.size()) return {};
  const ByteView entries(view_.bytes().substr(symbols_->symbol_offset));
  auto symbols = read_mach_symbols(entries, symbols_->symbol_count, ByteView(*strings), *this);
  for (auto& symbol : symbols) {
    if (symbol.name.front() == '_') symbol.name.remove_prefix(1);
  }
  std::erase_if(symbols, [](const MachSymbol& symbol) { return symbol.name.empty(); });
  return symbols;
}

std::optional<ChainedFixups> MachOFile::chained_fixups() const {
  if (!chained_fixups_) return std::nullopt;
  const auto bytes = view_.slice(chained_fixups_->offset, chained_fixups_->size_bytes);
  if (!bytes) return std::nullopt;
  const ByteView table(*bytes);
  using Header = macho::dyld_chained_fixups_header;
  const auto starts_at = table.little<std::uint32_t>(offsetof(Header, starts_offset));
  const auto imports_at = table.little<std::uint32_t>(offsetof(Header, imports_offset));
  const auto symbols_at = table.little<std::uint32_t>(offsetof(Header, symbols_offset));
  const auto count = table.little<std::uint32_t>(offsetof(Header, imports_count));
  const auto format = table.little<std::uint32_t>(offsetof(Header, imports_format));
  if (!starts_at || !imports_at || !symbols_at || !count || !format) return std::nullopt;

  ChainedFixups fixups;
  read_chained_segments(chained_fixups_->offset + *starts_at, fixups.segments);
  for (std::uint32_t i = 0; i < *count && i < kMostImports; ++i) {
    std::optional<std::uint64_t> name_offset;
    switch (*format) {
      case macho::DYLD_CHAINED_IMPORT:  // lib_ordinal 8, weak 1, name_offset 23
        name_offset = table.little<std::uint32_t>(*imports_at + i * sizeof(macho::dyld_chained_import));
        if (name_offset) *name_offset >>= 9;
        break;
      case macho::DYLD_CHAINED_IMPORT_ADDEND:  // The same and an addend of 32 bits
        name_offset =
            table.little<std::uint32_t>(*imports_at + i * sizeof(macho::dyld_chained_import_addend));
        if (name_offset) *name_offset >>= 9;
        break;
      case macho::DYLD_CHAINED_IMPORT_ADDEND64:  // lib_ordinal 16, weak 1, reserved 15, name_offset 32
        name_offset =
            table.little<std::uint32_t>(*imports_at + i * sizeof(macho::dyld_chained_import_addend64) + 4);
        break;
      default:
        break;
    }
    if (!name_offset) break;
    fixups.imports.push_back(table.c_string(*symbols_at + *name_offset).value_or(std::string_view()));
  }
  return fixups;
}

void MachOFile::read_chained_segments(std::uint64_t starts_at, std::vector<ChainedSegment>& segments) const {
  const auto count = view_.little<std::uint32_t>(starts_at).value_or(0);
  for (std::uint32_t i = 0; i < count && i < segments_.size(); ++i) {
    const auto offset = view_.little<std::uint32_t>(
        starts_at + offsetof(macho::dyld_chained_starts_in_image, seg_info_offset) + i * 4ULL);
    if (!offset || *offset == 0) continue;  // A segment without fixups.
    const auto format = view_.little<std::uint16_t>(
        starts_at + *offset + offsetof(macho::dyld_chained_starts_in_segment, pointer_format));
    if (!format) continue;
    segments.push_back({segments_[i].address, segments_[i].size_bytes, *format});
  }
}

const MachSection* MachOFile::text_section_of(LinkAddress address) const {
  for (const auto& section : sections_) {
    if (section.is_text() && address >= section.address &&
        address.value - section.address.value < section.size_bytes) {
      return &section;
    }
  }
  return nullptr;
}

std::optional<std::uint64_t> MachOFile::file_offset_of(LinkAddress address, std::uint64_t size) const {
  for (const auto& segment : segments_) {
    if (address < segment.address) continue;
    const std::uint64_t into = address.value - segment.address.value;
    const std::uint64_t present = std::min(segment.size_bytes, segment.file_size_bytes);
    if (into <= present && size <= present - into) return segment.file_offset + into;
  }
  return std::nullopt;
}

std::optional<std::string_view> MachOFile::bytes_at(LinkAddress address, std::uint64_t size) const {
  const auto offset = file_offset_of(address, size);
  if (!offset) return std::nullopt;
  return view_.slice(*offset, size);
}

std::optional<std::string_view> MachOFile::c_string_at(LinkAddress address) const {
  const auto offset = file_offset_of(address, 1);
  if (!offset) return std::nullopt;
  return view_.c_string(*offset, 4096);
}

}  // namespace faultline

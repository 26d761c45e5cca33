#include "analyzer/symbolize/files/macho_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace faultline {
namespace {

// <mach-o/fat.h>, <mach-o/loader.h>, <mach-o/nlist.h>, <mach/machine.h>
constexpr std::uint32_t kFatMagic = 0xcafebabe;
constexpr std::uint32_t kFatMagic64 = 0xcafebabf;
constexpr std::uint32_t kMhMagic = 0xfeedface;
constexpr std::uint32_t kMhMagic64 = 0xfeedfacf;
constexpr std::uint32_t kLcSegment = 0x1;
constexpr std::uint32_t kLcSymtab = 0x2;
constexpr std::uint32_t kLcIdDylib = 0xd;
constexpr std::uint32_t kLcSegment64 = 0x19;
constexpr std::uint32_t kLcUuid = 0x1b;
constexpr std::uint32_t kLcFunctionStarts = 0x26;
constexpr std::uint32_t kLcDyldChainedFixups = 0x80000034;
constexpr std::uint8_t kNStab = 0xe0;
constexpr std::uint8_t kNType = 0x0e;
constexpr std::uint8_t kNSect = 0x0e;
constexpr std::uint8_t kNExt = 0x01;

// No real file comes near these; a damaged count must not make us allocate gigabytes.
constexpr std::uint32_t kMostSlices = 32;
constexpr std::size_t kMostSections = 4096;
constexpr std::uint32_t kMostImports = 1U << 20;

std::string arch_text(std::uint32_t cpu, std::uint32_t subtype) {
  subtype &= 0x00ffffffU;  // The top byte holds capabilities: arm64e's pointer authentication ABI.
  switch (cpu) {
    case 0x0100000c:
      return subtype == 2 ? "arm64e" : "arm64";
    case 0x0200000c:
      return "arm64_32";
    case 0x01000007:
      return subtype == 8 ? "x86_64h" : "x86_64";
    case 0x00000007:
      return "i386";
    case 0x0000000c:
      switch (subtype) {
        case 6:
          return "armv6";
        case 9:
          return "armv7";
        case 11:
          return "armv7s";
        case 12:
          return "armv7k";
        default:
          return "arm";
      }
    default:
      return fmt::format("cpu {:#x}", cpu);
  }
}

std::optional<std::uint64_t> read_uleb128(std::string_view bytes, std::size_t& at) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; at < bytes.size() && shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes[at++]);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

}  // namespace

std::vector<MachSlice> find_mach_slices(std::string_view file) {
  const ByteView view(file);
  const auto magic = view.little<std::uint32_t>(0);
  if (!magic) return {};
  if (*magic == kMhMagic || *magic == kMhMagic64) return {{0, view.size()}};
  const auto fat = view.big<std::uint32_t>(0);
  if (fat != kFatMagic && fat != kFatMagic64) return {};
  const auto count = view.big<std::uint32_t>(4);
  // Java class files begin with the same four bytes; theirs is a version number of 45 and up.
  if (!count || *count > kMostSlices) return {};

  std::vector<MachSlice> slices;
  for (std::uint32_t i = 0; i < *count; ++i) {
    std::optional<std::uint64_t> offset;
    std::optional<std::uint64_t> size;
    if (fat == kFatMagic64) {
      offset = view.big<std::uint64_t>(8 + i * 32ULL + 8);
      size = view.big<std::uint64_t>(8 + i * 32ULL + 16);
    } else {
      offset = view.big<std::uint32_t>(8 + i * 20ULL + 8);
      size = view.big<std::uint32_t>(8 + i * 20ULL + 12);
    }
    if (offset && size && view.slice(*offset, *size)) slices.push_back({*offset, *size});
  }
  return slices;
}

Result<MachOFile> MachOFile::parse(std::string_view slice) {
  MachOFile file;
  file.view_ = ByteView(slice);
  const auto magic = file.view_.little<std::uint32_t>(0);
  if (magic != kMhMagic && magic != kMhMagic64) return fail(ErrorKind::symbols, "no Mach-O header");
  file.wide_ = magic == kMhMagic64;
  const auto cpu = file.view_.little<std::uint32_t>(4);
  const auto subtype = file.view_.little<std::uint32_t>(8);
  const auto file_type = file.view_.little<std::uint32_t>(12);
  const auto command_count = file.view_.little<std::uint32_t>(16);
  if (!cpu || !subtype || !file_type || !command_count) {
    return fail(ErrorKind::symbols, "the Mach-O header is cut short");
  }
  file.arch_ = arch_text(*cpu, *subtype);
  file.file_type_ = *file_type;

  std::uint64_t at = file.wide_ ? 32 : 28;
  std::uint32_t commands_read = 0;
  for (; commands_read < *command_count; ++commands_read) {
    const auto command = file.view_.little<std::uint32_t>(at);
    const auto size = file.view_.little<std::uint32_t>(at + 4);
    if (!command || !size || *size < 8 || !file.view_.slice(at, *size)) break;
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
    case kLcSegment:
    case kLcSegment64:
      return read_segment(at, size_bytes);
    case kLcUuid:
      if (const auto raw = size_bytes >= 24 ? view_.slice(at + 8, 16) : std::nullopt) {
        std::array<std::uint8_t, 16> bytes{};
        std::transform(raw->begin(), raw->end(), bytes.begin(),
                       [](char c) { return static_cast<std::uint8_t>(c); });
        if (const Uuid uuid(bytes); !uuid.is_zero()) uuid_ = uuid;
      }
      return true;
    case kLcIdDylib: {
      const std::uint32_t version = field(16);
      dylib_version_ = fmt::format("{}.{}.{}", version >> 16, (version >> 8) & 0xff, version & 0xff);
      return true;
    }
    case kLcSymtab:
      symbols_ = SymbolTableRange{field(8), field(12), field(16), field(20)};
      return true;
    case kLcFunctionStarts:
      function_starts_ = TableRange{field(8), field(12)};
      return true;
    case kLcDyldChainedFixups:
      chained_fixups_ = TableRange{field(8), field(12)};
      return true;
    default:
      return true;
  }
}

std::optional<std::uint64_t> MachOFile::word(std::uint64_t offset) const {
  if (wide_) return view_.little<std::uint64_t>(offset);
  return view_.little<std::uint32_t>(offset);
}

bool MachOFile::read_segment(std::uint64_t at, std::uint32_t size_bytes) {
  const std::uint64_t width = wide_ ? 8 : 4;
  const std::uint64_t counts_at = at + 24 + 4 * width + 8;
  const std::uint64_t sections_at = counts_at + 8;
  const std::uint64_t section_size = wide_ ? 80 : 68;
  if (sections_at > at + size_bytes) return false;
  MachSegment segment;
  segment.name = view_.fixed_string(at + 8, 16).value_or("");
  segment.address = {word(at + 24).value_or(0)};
  segment.size_bytes = word(at + 24 + width).value_or(0);
  segment.file_offset = word(at + 24 + 2 * width).value_or(0);
  segment.file_size_bytes = word(at + 24 + 3 * width).value_or(0);
  if (segment.name == "__TEXT") link_base_ = segment.address;

  const auto count = view_.little<std::uint32_t>(counts_at).value_or(0);
  for (std::uint32_t i = 0; i < count && sections_.size() < kMostSections; ++i) {
    const std::uint64_t entry = sections_at + i * section_size;
    if (entry + section_size > at + size_bytes) break;
    MachSection section;
    section.name = view_.fixed_string(entry, 16).value_or("");
    section.segment = view_.fixed_string(entry + 16, 16).value_or("");
    section.address = {word(entry + 32).value_or(0)};
    section.size_bytes = word(entry + 32 + width).value_or(0);
    section.file_offset = view_.little<std::uint32_t>(entry + 32 + 2 * width).value_or(0);
    section.flags = view_.little<std::uint32_t>(entry + 32 + 2 * width + 16).value_or(0);
    sections_.push_back(std::move(section));
  }
  segments_.push_back(std::move(segment));
  return true;
}

std::vector<LinkAddress> MachOFile::function_starts() const {
  if (!function_starts_) return {};
  const auto bytes = view_.slice(function_starts_->offset, function_starts_->size_bytes);
  if (!bytes) return {};
  std::vector<LinkAddress> starts;
  std::uint64_t address = link_base_.value;
  std::size_t at = 0;
  while (at < bytes->size()) {
    const auto delta = read_uleb128(*bytes, at);
    if (!delta || *delta == 0) break;  // A zero ends the list; the rest is padding.
    if (*delta > UINT64_MAX - address) return {};
    address += *delta;
    starts.push_back({address});
  }
  return starts;
}

std::vector<MachSymbol> MachOFile::text_symbols() const {
  if (!symbols_) return {};
  const auto table = view_.slice(symbols_->string_offset, symbols_->string_size_bytes);
  if (!table) return {};
  const ByteView strings(*table);
  const std::uint64_t entry_size = wide_ ? 16 : 12;
  std::vector<MachSymbol> symbols;
  for (std::uint64_t i = 0; i < symbols_->symbol_count; ++i) {
    const std::uint64_t at = symbols_->symbol_offset + i * entry_size;
    const auto name_at = view_.little<std::uint32_t>(at);
    const auto type = view_.little<std::uint8_t>(at + 4);
    const auto value = word(at + 8);
    if (!name_at || !type || !value) break;
    if ((*type & kNStab) != 0 || (*type & kNType) != kNSect) continue;
    const LinkAddress address{*value};
    if (text_section_of(address) == nullptr) continue;
    auto name = strings.c_string(*name_at);
    if (!name || name->empty()) continue;
    if (name->front() == '_') name->remove_prefix(1);
    if (!name->empty()) symbols.push_back({*name, address, (*type & kNExt) != 0});
  }
  return symbols;
}

std::optional<ChainedFixups> MachOFile::chained_fixups() const {
  if (!chained_fixups_) return std::nullopt;
  const auto bytes = view_.slice(chained_fixups_->offset, chained_fixups_->size_bytes);
  if (!bytes) return std::nullopt;
  // dyld_chained_fixups_header: version, starts, imports, symbols, imports_count, imports_format,
  // symbols_format
  const ByteView table(*bytes);
  const auto starts_at = table.little<std::uint32_t>(4);
  const auto imports_at = table.little<std::uint32_t>(8);
  const auto symbols_at = table.little<std::uint32_t>(12);
  const auto count = table.little<std::uint32_t>(16);
  const auto format = table.little<std::uint32_t>(20);
  if (!starts_at || !imports_at || !symbols_at || !count || !format) return std::nullopt;

  ChainedFixups fixups;
  read_chained_segments(chained_fixups_->offset + *starts_at, fixups.segments);
  for (std::uint32_t i = 0; i < *count && i < kMostImports; ++i) {
    std::optional<std::uint64_t> name_offset;
    switch (*format) {
      case 1:  // DYLD_CHAINED_IMPORT: lib_ordinal 8, weak 1, name_offset 23
        name_offset = table.little<std::uint32_t>(*imports_at + i * 4ULL);
        if (name_offset) *name_offset >>= 9;
        break;
      case 2:  // DYLD_CHAINED_IMPORT_ADDEND: the same and an addend of 32 bits
        name_offset = table.little<std::uint32_t>(*imports_at + i * 8ULL);
        if (name_offset) *name_offset >>= 9;
        break;
      case 3:  // DYLD_CHAINED_IMPORT_ADDEND64: lib_ordinal 16, weak 1, reserved 15, name_offset 32
        name_offset = table.little<std::uint32_t>(*imports_at + i * 16ULL + 4);
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
    const auto offset = view_.little<std::uint32_t>(starts_at + 4 + i * 4ULL);
    if (!offset || *offset == 0) continue;  // A segment without fixups.
    // dyld_chained_starts_in_segment: size u32, page_size u16, pointer_format u16, segment_offset u64, …
    const auto format = view_.little<std::uint16_t>(starts_at + *offset + 6);
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

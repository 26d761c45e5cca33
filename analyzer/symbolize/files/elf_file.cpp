#include "analyzer/symbolize/files/elf_file.h"

#include <fmt/format.h>

#include <algorithm>

namespace faultline {
namespace {

// <elf.h>
constexpr std::uint32_t kPtLoad = 1;
constexpr std::uint32_t kPtNote = 4;
constexpr std::uint32_t kShtSymtab = 2;
constexpr std::uint32_t kShtNote = 7;
constexpr std::uint32_t kShtNobits = 8;
constexpr std::uint32_t kShtDynsym = 11;
constexpr std::uint32_t kNtGnuBuildId = 3;
constexpr std::uint8_t kSttFunc = 2;
constexpr std::uint8_t kSttGnuIfunc = 10;
constexpr std::uint64_t kPageMask = ~std::uint64_t{0xfff};

std::uint64_t round_up_4(std::uint64_t value) { return (value + 3) & ~std::uint64_t{3}; }

}  // namespace

Result<ElfFile> ElfFile::parse(std::string_view bytes) {
  ElfFile file;
  file.view_ = ByteView(bytes);
  if (bytes.substr(0, 4) != "\177ELF") return fail(ErrorKind::symbols, "no ELF header");
  if (file.view_.little<std::uint8_t>(4) != 2 || file.view_.little<std::uint8_t>(5) != 1) {
    return fail(ErrorKind::unsupported, "only 64-bit little-endian ELF files can be read");
  }
  const auto machine = file.view_.little<std::uint16_t>(18);
  if (!machine || bytes.size() < 64) return fail(ErrorKind::symbols, "the ELF header is cut short");
  file.arch_ = *machine == 62 ? "x86_64" : *machine == 183 ? "arm64" : fmt::format("machine {}", *machine);
  file.read_sections();
  file.read_segments();
  return file;
}

void ElfFile::read_sections() {
  const auto table = view_.little<std::uint64_t>(40).value_or(0);
  const std::uint64_t entry_size = view_.little<std::uint16_t>(58).value_or(0);
  const auto count = view_.little<std::uint16_t>(60).value_or(0);
  const auto names_index = view_.little<std::uint16_t>(62).value_or(0);
  if (table == 0 || entry_size < 64) return;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry_size;
    if (!view_.slice(at, 64)) break;
    ElfSection section;
    section.type = *view_.little<std::uint32_t>(at + 4);
    section.flags = *view_.little<std::uint64_t>(at + 8);
    section.address = {*view_.little<std::uint64_t>(at + 16)};
    section.file_offset = *view_.little<std::uint64_t>(at + 24);
    section.size_bytes = *view_.little<std::uint64_t>(at + 32);
    section.link = *view_.little<std::uint32_t>(at + 40);
    sections_.push_back(section);
  }
  if (names_index >= sections_.size()) return;
  const auto names = view_.slice(sections_[names_index].file_offset, sections_[names_index].size_bytes);
  if (!names) return;
  for (std::uint64_t i = 0; i < sections_.size(); ++i) {
    const auto name_at = view_.little<std::uint32_t>(table + i * entry_size);
    sections_[i].name = ByteView(*names).c_string(*name_at).value_or(std::string_view());
    if (sections_[i].type == kShtNote) read_notes(sections_[i].file_offset, sections_[i].size_bytes);
  }
}

void ElfFile::read_segments() {
  const auto table = view_.little<std::uint64_t>(32).value_or(0);
  const std::uint64_t entry_size = view_.little<std::uint16_t>(54).value_or(0);
  const auto count = view_.little<std::uint16_t>(56).value_or(0);
  if (table == 0 || entry_size < 56) return;
  std::uint64_t lowest = UINT64_MAX;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry_size;
    if (!view_.slice(at, 56)) break;
    const auto type = *view_.little<std::uint32_t>(at);
    if (type == kPtLoad) lowest = std::min(lowest, *view_.little<std::uint64_t>(at + 16));
    // In a separate debug file the note segments point at bytes that are not there: sections first.
    if (type == kPtNote && build_id_.empty()) {
      read_notes(*view_.little<std::uint64_t>(at + 8), *view_.little<std::uint64_t>(at + 32));
    }
  }
  if (lowest != UINT64_MAX) link_base_ = {lowest & kPageMask};
}

void ElfFile::read_notes(std::uint64_t offset, std::uint64_t size) {
  const auto bytes = view_.slice(offset, size);
  if (!bytes) return;
  const ByteView notes(*bytes);
  std::uint64_t at = 0;
  while (at + 12 <= notes.size()) {
    const std::uint64_t name_size = *notes.little<std::uint32_t>(at);
    const std::uint64_t value_size = *notes.little<std::uint32_t>(at + 4);
    const std::uint32_t type = *notes.little<std::uint32_t>(at + 8);
    const std::uint64_t value_at = at + 12 + round_up_4(name_size);
    const auto name = notes.slice(at + 12, name_size);
    const auto value = notes.slice(value_at, value_size);
    if (!name || !value) return;
    if (type == kNtGnuBuildId && *name == std::string_view("GNU\0", 4) && value_size <= 64) {
      build_id_.clear();
      for (const char c : *value) build_id_ += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return;
    }
    at = value_at + round_up_4(value_size);
  }
}

bool ElfFile::has_section(std::string_view name) const {
  return std::any_of(sections_.begin(), sections_.end(), [&](const ElfSection& section) {
    return section.name == name && section.type != kShtNobits && section.size_bytes > 0;
  });
}

bool ElfFile::is_debug_file() const {
  return std::any_of(sections_.begin(), sections_.end(), [](const ElfSection& section) {
    return section.is_text() && section.type == kShtNobits;
  });
}

std::vector<ElfSymbol> ElfFile::function_symbols() const {
  const ElfSection* table = nullptr;
  for (const auto& section : sections_) {
    if (section.type == kShtSymtab || (section.type == kShtDynsym && table == nullptr)) table = &section;
  }
  if (table == nullptr || table->link >= sections_.size()) return {};
  const auto entries = view_.slice(table->file_offset, table->size_bytes);
  const auto& names_section = sections_[table->link];
  const auto names = view_.slice(names_section.file_offset, names_section.size_bytes);
  if (!entries || !names) return {};

  const ByteView symbols(*entries);
  const ByteView strings(*names);
  std::vector<ElfSymbol> functions;
  for (std::uint64_t at = 0; at + 24 <= symbols.size(); at += 24) {
    const auto info = *symbols.little<std::uint8_t>(at + 4);
    const auto section_index = *symbols.little<std::uint16_t>(at + 6);
    const std::uint8_t type = info & 0xf;
    if ((type != kSttFunc && type != kSttGnuIfunc) || section_index == 0) continue;
    ElfSymbol symbol;
    symbol.address = {*symbols.little<std::uint64_t>(at + 8)};
    symbol.size_bytes = *symbols.little<std::uint64_t>(at + 16);
    symbol.binding = info >> 4;
    symbol.name = strings.c_string(*symbols.little<std::uint32_t>(at)).value_or(std::string_view());
    if (symbol.name.empty() || text_section_of(symbol.address) == nullptr) continue;
    // `memcpy@@GLIBC_2.14`: the version is not part of the name.
    if (const auto version = symbol.name.find('@'); version != std::string_view::npos && version > 0) {
      symbol.name = symbol.name.substr(0, version);
    }
    functions.push_back(symbol);
  }
  return functions;
}

const ElfSection* ElfFile::text_section_of(LinkAddress address) const {
  for (const auto& section : sections_) {
    if (section.is_text() && address >= section.address &&
        address.value - section.address.value < section.size_bytes) {
      return &section;
    }
  }
  return nullptr;
}

std::optional<std::string_view> ElfFile::bytes_at(LinkAddress address, std::uint64_t size) const {
  for (const auto& section : sections_) {
    if (section.type == kShtNobits || (section.flags & 0x2U) == 0 || address < section.address) continue;
    const std::uint64_t into = address.value - section.address.value;
    if (into <= section.size_bytes && size <= section.size_bytes - into) {
      return view_.slice(section.file_offset + into, size);
    }
  }
  return std::nullopt;
}

}  // namespace faultline

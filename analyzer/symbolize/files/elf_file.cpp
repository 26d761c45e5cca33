#include "analyzer/symbolize/files/elf_file.h"

#include <fmt/format.h>
#include <llvm/BinaryFormat/ELF.h>

#include <algorithm>
#include <cstddef>

namespace faultline {
namespace {

namespace elf = llvm::ELF;

constexpr std::uint64_t kPageMask = ~std::uint64_t{0xfff};

std::uint64_t round_up_4(std::uint64_t value) { return (value + 3) & ~std::uint64_t{3}; }

}  // namespace

bool ElfSection::is_text() const {
  constexpr std::uint64_t kLoadedCode = elf::SHF_ALLOC | elf::SHF_EXECINSTR;
  return (flags & kLoadedCode) == kLoadedCode;
}

Result<ElfFile> ElfFile::parse(std::string_view bytes) {
  ElfFile file;
  file.view_ = ByteView(bytes);
  if (!bytes.starts_with(elf::ElfMagic)) return fail(ErrorKind::symbols, "no ELF header");
  if (file.view_.little<std::uint8_t>(elf::EI_CLASS) != elf::ELFCLASS64 ||
      file.view_.little<std::uint8_t>(elf::EI_DATA) != elf::ELFDATA2LSB) {
    return fail(ErrorKind::unsupported, "only 64-bit little-endian ELF files can be read");
  }
  const auto machine = file.view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_machine));
  if (!machine || bytes.size() < sizeof(elf::Elf64_Ehdr))
    return fail(ErrorKind::symbols, "the ELF header is cut short");
  file.arch_ = *machine == elf::EM_X86_64    ? "x86_64"
               : *machine == elf::EM_AARCH64 ? "arm64"
                                             : fmt::format("machine {}", *machine);
  file.read_sections();
  file.read_segments();
  return file;
}

void ElfFile::read_sections() {
  const auto table = view_.little<std::uint64_t>(offsetof(elf::Elf64_Ehdr, e_shoff)).value_or(0);
  const std::uint64_t entry_size =
      view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_shentsize)).value_or(0);
  const auto count = view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_shnum)).value_or(0);
  const auto names_index = view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_shstrndx)).value_or(0);
  if (table == 0 || entry_size < sizeof(elf::Elf64_Shdr)) return;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry_size;
    if (!view_.slice(at, sizeof(elf::Elf64_Shdr))) break;
    ElfSection section;
    section.type = *view_.little<std::uint32_t>(at + offsetof(elf::Elf64_Shdr, sh_type));
    section.flags = *view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Shdr, sh_flags));
    section.address = {*view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Shdr, sh_addr))};
    section.file_offset = *view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Shdr, sh_offset));
    section.size_bytes = *view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Shdr, sh_size));
    section.link = *view_.little<std::uint32_t>(at + offsetof(elf::Elf64_Shdr, sh_link));
    sections_.push_back(section);
  }
  if (names_index >= sections_.size()) return;
  const auto names = view_.slice(sections_[names_index].file_offset, sections_[names_index].size_bytes);
  if (!names) return;
  for (std::uint64_t i = 0; i < sections_.size(); ++i) {
    const auto name_at = view_.little<std::uint32_t>(table + i * entry_size);
    sections_[i].name = ByteView(*names).c_string(*name_at).value_or(std::string_view());
    if (sections_[i].type == elf::SHT_NOTE) read_notes(sections_[i].file_offset, sections_[i].size_bytes);
  }
}

void ElfFile::read_segments() {
  const auto table = view_.little<std::uint64_t>(offsetof(elf::Elf64_Ehdr, e_phoff)).value_or(0);
  const std::uint64_t entry_size =
      view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_phentsize)).value_or(0);
  const auto count = view_.little<std::uint16_t>(offsetof(elf::Elf64_Ehdr, e_phnum)).value_or(0);
  if (table == 0 || entry_size < sizeof(elf::Elf64_Phdr)) return;
  std::uint64_t lowest = UINT64_MAX;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = table + i * entry_size;
    if (!view_.slice(at, sizeof(elf::Elf64_Phdr))) break;
    const auto type = *view_.little<std::uint32_t>(at);
    if (type == elf::PT_LOAD)
      lowest = std::min(lowest, *view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Phdr, p_vaddr)));
    // In a separate debug file the note segments point at bytes that are not there: sections first.
    if (type == elf::PT_NOTE && build_id_.empty()) {
      read_notes(*view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Phdr, p_offset)),
                 *view_.little<std::uint64_t>(at + offsetof(elf::Elf64_Phdr, p_filesz)));
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
    if (type == elf::NT_GNU_BUILD_ID && *name == std::string_view("GNU\0", 4) && value_size <= 64) {
      build_id_.clear();
      for (const char c : *value) build_id_ += fmt::format("{:02x}", static_cast<unsigned char>(c));
      return;
    }
    at = value_at + round_up_4(value_size);
  }
}

bool ElfFile::has_section(std::string_view name) const {
  return std::any_of(sections_.begin(), sections_.end(), [&](const ElfSection& section) {
    return section.name == name && section.type != elf::SHT_NOBITS && section.size_bytes > 0;
  });
}

bool ElfFile::is_debug_file() const {
  return std::any_of(sections_.begin(), sections_.end(), [](const ElfSection& section) {
    return section.is_text() && section.type == elf::SHT_NOBITS;
  });
}

std::vector<ElfSymbol> ElfFile::function_symbols() const {
  const ElfSection* table = nullptr;
  for (const auto& section : sections_) {
    if (section.type == elf::SHT_SYMTAB || (section.type == elf::SHT_DYNSYM && table == nullptr))
      table = &section;
  }
  if (table == nullptr || table->link >= sections_.size()) return {};
  const auto entries = view_.slice(table->file_offset, table->size_bytes);
  const auto& names_section = sections_[table->link];
  const auto names = view_.slice(names_section.file_offset, names_section.size_bytes);
  if (!entries || !names) return {};

  const ByteView symbols(*entries);
  const ByteView strings(*names);
  std::vector<ElfSymbol> functions;
  for (std::uint64_t at = 0; at + sizeof(elf::Elf64_Sym) <= symbols.size(); at += sizeof(elf::Elf64_Sym)) {
    const auto info = *symbols.little<std::uint8_t>(at + offsetof(elf::Elf64_Sym, st_info));
    const auto section_index = *symbols.little<std::uint16_t>(at + offsetof(elf::Elf64_Sym, st_shndx));
    const std::uint8_t type = info & 0xf;
    if ((type != elf::STT_FUNC && type != elf::STT_GNU_IFUNC) || section_index == elf::SHN_UNDEF) continue;
    ElfSymbol symbol;
    symbol.address = {*symbols.little<std::uint64_t>(at + offsetof(elf::Elf64_Sym, st_value))};
    symbol.size_bytes = *symbols.little<std::uint64_t>(at + offsetof(elf::Elf64_Sym, st_size));
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
    if (section.type == elf::SHT_NOBITS || (section.flags & elf::SHF_ALLOC) == 0 || address < section.address)
      continue;
    const std::uint64_t into = address.value - section.address.value;
    if (into <= section.size_bytes && size <= section.size_bytes - into) {
      return view_.slice(section.file_offset + into, size);
    }
  }
  return std::nullopt;
}

}  // namespace faultline

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "collector/reporter/images/elf_images.h"

namespace faultline {
namespace {

template <typename T>
std::optional<T> take(const std::vector<std::uint8_t>& bytes, std::uint64_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

constexpr std::size_t kNotesLimitBytes = 64 << 10;

/// The NT_GNU_BUILD_ID among notes (elf(5)); empty if there is none.
std::vector<std::uint8_t> build_id_in(const std::vector<std::uint8_t>& notes) {
  std::uint64_t at = 0;
  while (const auto note = take<Elf64_Nhdr>(notes, at)) {
    const std::uint64_t name = at + sizeof *note;
    const std::uint64_t content = name + (note->n_namesz + 3ULL) / 4 * 4;
    const std::uint64_t next = content + (note->n_descsz + 3ULL) / 4 * 4;
    if (next > notes.size() || next <= at) break;
    const bool is_gnu = note->n_namesz == 4 && std::memcmp(notes.data() + name, "GNU", 4) == 0;
    if (is_gnu && note->n_type == NT_GNU_BUILD_ID) {
      return {notes.begin() + static_cast<std::ptrdiff_t>(content),
              notes.begin() + static_cast<std::ptrdiff_t>(content + note->n_descsz)};
    }
    at = next;
  }
  return {};
}

/// Follows the program headers in memory: a segment lies at base + its address - that of the first one.
std::vector<std::uint8_t> read_build_id(std::uint64_t base, const ReadMemory& read) {
  const auto header_bytes = read(base, sizeof(Elf64_Ehdr));
  const auto header = take<Elf64_Ehdr>(header_bytes, 0);
  if (!header || header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > 256) return {};
  const auto table = read(base + header->e_phoff, std::size_t{header->e_phnum} * sizeof(Elf64_Phdr));
  std::optional<std::uint64_t> first;
  for (std::size_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = take<Elf64_Phdr>(table, i * sizeof(Elf64_Phdr));
    if (!segment) return {};
    if (segment->p_type == PT_LOAD && !first) first = segment->p_vaddr - segment->p_offset;
  }
  for (std::size_t i = 0; i < header->e_phnum; ++i) {
    const auto segment = take<Elf64_Phdr>(table, i * sizeof(Elf64_Phdr));
    if (!segment || segment->p_type != PT_NOTE) continue;
    const auto size = std::min<std::uint64_t>(segment->p_filesz, kNotesLimitBytes);
    auto id = build_id_in(read(base + segment->p_vaddr - first.value_or(0), static_cast<std::size_t>(size)));
    if (!id.empty()) return id;
  }
  return {};
}

bool is_elf(std::uint64_t base, const ReadMemory& read) {
  const auto magic = read(base, EI_NIDENT);
  return magic.size() == EI_NIDENT && std::memcmp(magic.data(), ELFMAG, SELFMAG) == 0 &&
         magic[EI_CLASS] == ELFCLASS64;
}

/// The last byte of code of the image that begins at map[first]; 0 where it has none.
std::uint64_t end_of_code(std::span<const Mapping> map, std::size_t first) {
  std::uint64_t end = 0;
  for (std::size_t i = first; i < map.size(); ++i) {
    const auto& mapping = map[i];
    const bool same = mapping.path == map[first].path && mapping.inode == map[first].inode;
    if (i > first && same && mapping.file_offset == 0 && !mapping.executable) break;
    if (same && mapping.executable) end = mapping.end;
    // Anonymous parts (.bss) may lie between; another file ends the image.
    if (!same && !mapping.path.empty()) break;
  }
  return end;
}

void name_image(Image& image, const Mapping& mapping) {
  std::string path = mapping.path;
  if (path == "[vdso]") {
    image.name = "linux-vdso.so.1";
    return;
  }
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.resize(path.size() - kDeleted.size());
  image.name = path.substr(path.rfind('/') + 1);
  image.path = std::move(path);
}

}  // namespace

std::vector<Image> find_elf_images(std::span<const Mapping> map, const ReadMemory& read,
                                   std::string_view arch) {
  std::vector<Image> images;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const auto& mapping = map[i];
    const bool is_file = mapping.path.starts_with('/') || mapping.path == "[vdso]";
    if (!is_file || mapping.file_offset != 0 || !mapping.readable) continue;
    const auto end = end_of_code(map, i);
    if (end == 0 || !is_elf(mapping.start, read)) continue;
    Image image;
    image.source = "P";
    image.base = {mapping.start};
    image.size_bytes = end - mapping.start;
    image.arch = std::string(arch);
    name_image(image, mapping);
    const auto id = read_build_id(mapping.start, read);
    for (const auto byte : id) image.build_id += fmt::format("{:02x}", byte);
    if (id.size() >= 16) {
      std::array<std::uint8_t, 16> uuid{};
      std::copy_n(id.begin(), uuid.size(), uuid.begin());
      image.uuid = Uuid(uuid);
    }
    images.push_back(std::move(image));
  }
  return images;
}

}  // namespace faultline

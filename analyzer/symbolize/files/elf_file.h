// A 64-bit little-endian ELF file or separate debug file: build-id, layout, function symbols.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/byte_view.h"
#include "core/base/result.h"
#include "core/model/address.h"

namespace faultline {

struct ElfSection {
  std::string_view name;
  std::uint32_t type = 0;
  std::uint64_t flags = 0;
  LinkAddress address;
  std::uint64_t file_offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint32_t link = 0;

  /// SHF_ALLOC and SHF_EXECINSTR.
  [[nodiscard]] bool is_text() const;
};

/// A symbol of type STT_FUNC or STT_GNU_IFUNC that is defined here.
struct ElfSymbol {
  std::string_view name;
  LinkAddress address;
  std::uint64_t size_bytes = 0;  ///< 0 where the author of assembly code gave none.
  std::uint8_t binding = 0;      ///< STB_LOCAL 0, STB_GLOBAL 1, STB_WEAK 2.
};

/// Reads headers once and symbols at each call; everything in the file is checked against its size.
///
/// Ownership: the bytes must outlive it and every view taken from it.
/// Threads: immutable once parsed.
class ElfFile {
 public:
  /// Fails for what is no ELF, and for 32-bit and big-endian files (kind unsupported).
  static Result<ElfFile> parse(std::string_view bytes);

  /// NT_GNU_BUILD_ID in lower-case hex; empty where there is none.
  [[nodiscard]] const std::string& build_id() const { return build_id_; }
  /// `x86_64`, `arm64`, or `machine N`.
  [[nodiscard]] const std::string& arch() const { return arch_; }
  [[nodiscard]] const std::vector<ElfSection>& sections() const { return sections_; }
  /// First byte of the lowest PT_LOAD segment, rounded down to a page: what an image offset counts from.
  [[nodiscard]] LinkAddress link_base() const { return link_base_; }
  [[nodiscard]] bool has_section(std::string_view name) const;
  /// True for a separate debug file: its code sections hold no bytes (SHT_NOBITS).
  [[nodiscard]] bool is_debug_file() const;
  /// Functions of .symtab, or of .dynsym where that is stripped.
  [[nodiscard]] std::vector<ElfSymbol> function_symbols() const;
  /// The text section covering `address`, or null.
  [[nodiscard]] const ElfSection* text_section_of(LinkAddress address) const;
  /// `size` bytes of file contents at a link address; nullopt where any of them is not in the file.
  [[nodiscard]] std::optional<std::string_view> bytes_at(LinkAddress address, std::uint64_t size) const;

 private:
  void read_sections();
  void read_segments();
  void read_notes(std::uint64_t offset, std::uint64_t size);

  ByteView view_;
  std::string arch_;
  std::string build_id_;
  LinkAddress link_base_;
  std::vector<ElfSection> sections_;
};

}  // namespace faultline

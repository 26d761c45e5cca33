// One slice of a Mach-O file: whose it is, where its code lies, what it calls its functions.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/files/byte_view.h"
#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"

namespace faultline {

/// LC_SEGMENT_64 (or LC_SEGMENT), as <mach-o/loader.h> lays it out.
struct MachSegment {
  std::string name;
  LinkAddress address;
  std::uint64_t size_bytes = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t file_size_bytes = 0;  ///< 0 in a dSYM for all but __DWARF.
};

struct MachSection {
  std::string segment;
  std::string name;
  LinkAddress address;
  std::uint64_t size_bytes = 0;
  std::uint64_t file_offset = 0;
  std::uint32_t flags = 0;

  /// S_ATTR_PURE_INSTRUCTIONS or S_ATTR_SOME_INSTRUCTIONS.
  [[nodiscard]] bool is_text() const;
};

/// One defined symbol of a text section.
struct MachSymbol {
  std::string_view name;  ///< Without the underscore that C names carry.
  LinkAddress address;
  bool external = false;
};

/// How the pointers of one segment are written on disk: LC_DYLD_CHAINED_FIXUPS.
struct ChainedSegment {
  LinkAddress first;
  std::uint64_t size_bytes = 0;
  std::uint16_t pointer_format = 0;  ///< DYLD_CHAINED_PTR_*, <mach-o/fixup-chains.h>.
};

struct ChainedFixups {
  std::vector<ChainedSegment> segments;
  std::vector<std::string_view> imports;  ///< Names by ordinal, with their underscore.
};

/// Where one slice of a fat file lies; a thin file is one slice.
struct MachSlice {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

/// Where a table of the file lies, as its load command says: nobody has checked it.
struct MachTable {
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
};

/// LC_SYMTAB.
struct MachSymbolTable {
  std::uint64_t symbol_offset = 0;
  std::uint64_t symbol_count = 0;
  std::uint64_t string_offset = 0;
  std::uint64_t string_size_bytes = 0;
};

/// The slices of a fat or thin Mach-O; empty for anything else. Slices that leave the file are left out.
std::vector<MachSlice> find_mach_slices(std::string_view file);

/// A little-endian Mach-O slice, 32 or 64 bits wide.
///
/// Made from the bytes of one slice; the load commands are read once, tables (symbols, function
/// starts, fixups) at each call. All offsets in the file are checked: a damaged file gives less, never
/// a fault.
///
/// Ownership: the bytes must outlive it and every view taken from it.
/// Threads: immutable once parsed.
class MachOFile {
 public:
  /// Fails where there is no Mach-O header; load commands that are damaged end the list.
  static Result<MachOFile> parse(std::string_view slice);

  [[nodiscard]] const std::optional<Uuid>& uuid() const { return uuid_; }
  /// `arm64`, `arm64e`, `x86_64`, `x86_64h`, `armv7`…; `cpu 0x…` for what has no name here.
  [[nodiscard]] const std::string& arch() const { return arch_; }
  /// MH_DSYM.
  [[nodiscard]] bool is_dsym() const;
  [[nodiscard]] bool is_64_bit() const { return wide_; }
  /// MH_DYLIB_IN_CACHE: taken out of a shared cache.
  [[nodiscard]] bool is_in_shared_cache() const;
  /// Current version of LC_ID_DYLIB as `341.11.0`, empty where there is none.
  [[nodiscard]] const std::string& dylib_version() const { return dylib_version_; }
  [[nodiscard]] const std::vector<MachSegment>& segments() const { return segments_; }
  [[nodiscard]] const std::vector<MachSection>& sections() const { return sections_; }
  /// True if every load command could be read and every segment lies in the file.
  [[nodiscard]] bool is_whole() const { return whole_; }
  /// Address of __TEXT as linked: what an image offset counts from.
  [[nodiscard]] LinkAddress link_base() const { return link_base_; }

  /// Tables by their file offsets. In a shared cache these count from the file that has __LINKEDIT.
  [[nodiscard]] const std::optional<MachTable>& function_starts_table() const { return function_starts_; }
  [[nodiscard]] const std::optional<MachTable>& exports_trie_table() const { return exports_trie_; }
  [[nodiscard]] const std::optional<MachSymbolTable>& symbol_table() const { return symbols_; }

  /// LC_FUNCTION_STARTS, ascending; empty where the command is missing or damaged.
  [[nodiscard]] std::vector<LinkAddress> function_starts() const;
  /// Symbols of text sections, debugging entries left out, in file order.
  [[nodiscard]] std::vector<MachSymbol> text_symbols() const;
  /// Where the symbol table's names come from Objective-C metadata, ascending: kObjcNamesNote, which only
  /// images that Faultline took out of a shared cache have.
  [[nodiscard]] std::vector<LinkAddress> objc_name_starts() const;
  /// nullopt where pointers are plain addresses (LC_DYLD_INFO, or no fixups at all).
  [[nodiscard]] std::optional<ChainedFixups> chained_fixups() const;
  /// The text section covering `address`, or null.
  [[nodiscard]] const MachSection* text_section_of(LinkAddress address) const;
  /// `size` bytes of file contents at a link address; nullopt where any of them is not in the file.
  [[nodiscard]] std::optional<std::string_view> bytes_at(LinkAddress address, std::uint64_t size) const;
  [[nodiscard]] std::optional<std::string_view> c_string_at(LinkAddress address) const;

 private:
  bool read_command(std::uint64_t at, std::uint32_t command, std::uint32_t size_bytes);
  void read_exports_command(std::uint64_t at, std::uint32_t command, std::uint32_t size_bytes);
  bool read_segment(std::uint64_t at, std::uint32_t size_bytes);
  [[nodiscard]] MachSection read_section(std::uint64_t at) const;
  void read_chained_segments(std::uint64_t starts_at, std::vector<ChainedSegment>& segments) const;
  [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t offset) const;
  [[nodiscard]] std::optional<std::uint64_t> file_offset_of(LinkAddress address, std::uint64_t size) const;

  ByteView view_;
  bool wide_ = true;
  bool whole_ = true;
  std::uint32_t file_type_ = 0;
  std::uint32_t flags_ = 0;
  std::string arch_;
  std::optional<Uuid> uuid_;
  std::string dylib_version_;
  LinkAddress link_base_;
  std::vector<MachSegment> segments_;
  std::vector<MachSection> sections_;
  std::optional<MachTable> function_starts_;
  std::optional<MachTable> exports_trie_;
  std::optional<MachTable> chained_fixups_;
  std::optional<MachTable> objc_names_;
  std::optional<MachSymbolTable> symbols_;
};

/// Owner of the LC_NOTE that lists, as LC_FUNCTION_STARTS does, the functions named from Objective-C
/// metadata.
inline constexpr std::string_view kObjcNamesNote = "faultline.objc";

/// The contents of LC_FUNCTION_STARTS: ULEB128 distances, the first from `base`. Empty where it is damaged.
std::vector<LinkAddress> decode_function_starts(std::string_view bytes, LinkAddress base);

/// The unsigned LEB128 number at `at`, which moves behind it; nullopt where it does not end.
std::optional<std::uint64_t> read_uleb128(std::string_view bytes, std::size_t& at);

/// Up to `count` entries of a symbol table that are defined in a text section of `file`, debugging entries
/// left out, with their names as they stand there (a C name has its underscore). Ends where `entries` do.
std::vector<MachSymbol> read_mach_symbols(ByteView entries, std::uint64_t count, ByteView strings,
                                          const MachOFile& file);

}  // namespace faultline

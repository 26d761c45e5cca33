// One module's functions, inlined calls and lines in a file made for lookups.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/image.h"
#include "core/model/source_location.h"

namespace faultline {

/// Changes whenever the layout below or what the conversion puts into it changes.
inline constexpr std::uint32_t kGsymFormatVersion = 1;

/// What the conversion knows besides the GSYM data itself.
struct GsymTrailer {
  Uuid uuid;
  LinkAddress link_base;
  std::vector<LinkAddress> symbol_starts;  ///< Functions known from a symbol table alone, ascending.
  std::vector<LinkAddress> objc_starts;    ///< Functions known from Objective-C metadata, ascending.
};

/// Ends a file that holds GSYM data (or nothing, where a module names no function) with the trailer.
///
/// | part | bytes |
/// |---|---|
/// | GSYM as LLVM writes it (its own header names the format) | g |
/// | symbol starts, u64 each | 8 s |
/// | Objective-C starts, u64 each | 8 o |
/// | padding | 0 or 8 |
/// | magic `FLgsym\r\n`, version u32, zero u32 | 16 |
/// | g, s, o, link base, u64 each; UUID | 48 |
/// | XXH3-64 over the XXH3-64 of each 128 KiB of what stands before the magic | 8 |
/// | XXH3-64 of the 72 bytes before | 8 |
///
/// The padding keeps the file from being a whole number of pages: LLVM would read it instead of mapping it.
/// All integers are little-endian.
Result<void> append_gsym_trailer(const std::filesystem::path& path, const GsymTrailer& trailer);

/// Where one address lies; names as the linker knows them. The texts are the mapping's own, where one text
/// always stands at one place; what is missing is empty.
struct GsymLocation {
  std::string_view function;
  std::string_view folder;
  std::string_view file;
  std::uint32_t line = 0;  ///< 0 where the compiler gave none: generated code.
};
struct GsymHit {
  std::vector<GsymLocation> chain;  ///< Innermost first.
  LinkAddress function_start;
  SymbolOrigin origin = SymbolOrigin::dwarf;
};

/// How much of a file is compared with its checksums: all of it (some 0.3 ms per MiB), or the footer alone,
/// where the same file was found whole before.
enum class GsymCheck { whole, footer };

/// An open, verified file. A lookup is a binary search in the mapping.
///
/// Ownership: keeps the mapping; the file may be unlinked meanwhile. Move-only.
/// Threads: immutable once open.
class GsymFile {
 public:
  /// Refuses a file of another version, of another UUID, or whose checksum does not hold (kind symbols).
  static Result<GsymFile> open(const std::filesystem::path& path, const Uuid& uuid,
                               GsymCheck check = GsymCheck::whole);

  GsymFile(GsymFile&& other) noexcept;
  GsymFile& operator=(GsymFile&& other) noexcept;
  ~GsymFile();

  [[nodiscard]] LinkAddress link_base() const;
  /// True where the module has nothing to name.
  [[nodiscard]] bool empty() const;
  /// nullopt where no function covers the address.
  [[nodiscard]] std::optional<GsymHit> find(LinkAddress address) const;

 private:
  struct State;
  explicit GsymFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace faultline

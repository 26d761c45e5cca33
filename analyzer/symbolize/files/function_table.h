// The named functions of one file with the extents that prove the names.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/address.h"
#include "core/model/source_location.h"

namespace faultline {

struct NamedFunction {
  LinkAddress start;
  std::uint64_t size_bytes = 0;                      ///< Never 0.
  std::string name;                                  ///< As the linker knows it: not demangled.
  SymbolOrigin origin = SymbolOrigin::symbol_table;  ///< Or objc_metadata.
  friend bool operator==(const NamedFunction&, const NamedFunction&) = default;
};

/// What a file without DWARF can still say about its functions.
///
/// The nearest symbol before an address is a guess: in a stripped file it is wrong more often than
/// right. A name is therefore kept only with an extent, and an extent comes from the symbol's own size
/// (ELF) or from LC_FUNCTION_STARTS (Mach-O): the name ends where the next function or symbol begins.
/// A Mach-O file without LC_FUNCTION_STARTS names nothing here.
///
/// Made from the whole symbol table at once (some 10 ms for 100,000 symbols); the GSYM cache keeps
/// the outcome. Ownership: copies its names. Threads: immutable.
class FunctionTable {
 public:
  /// Never fails: bytes that are no symbol file give an empty table.
  static FunctionTable read(std::string_view slice);

  /// Ascending by start, no two overlapping.
  [[nodiscard]] const std::vector<NamedFunction>& functions() const { return functions_; }
  /// The function covering `address`, or null.
  [[nodiscard]] const NamedFunction* find(LinkAddress address) const;

 private:
  std::vector<NamedFunction> functions_;
};

/// The name of every symbol at a place of code, whether or not its extent is known: to be used only where
/// other evidence (DWARF) says that a function begins exactly there. Ascending, one per address.
std::vector<std::pair<LinkAddress, std::string>> read_linker_names(std::string_view slice);

}  // namespace faultline

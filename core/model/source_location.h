// What a symbol source says about one address: the function and the calls inlined into it.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace faultline {

/// Where a name came from. Equal to the `source` of a frame in JSON.
enum class SymbolOrigin { none, report, symbol_table, dwarf, gsym, objc_metadata, function_starts };
std::string_view symbol_origin_text(SymbolOrigin origin);

/// Texts belong to whoever gave it: a symbol source keeps them as long as it lives.
struct SourceLocation {
  std::string_view function;            ///< Demangled; empty if unknown.
  std::string_view file;                ///< Empty if unknown.
  std::optional<std::uint32_t> line;    ///< Absent if unknown.
  std::optional<std::uint32_t> column;  ///< Absent if unknown.
  friend bool operator==(const SourceLocation&, const SourceLocation&) = default;
};

/// Innermost inlined call first, the physical function last; never empty.
struct ResolvedFrame {
  std::vector<SourceLocation> chain;
  std::optional<std::uint64_t> code_offset;  ///< Bytes from the physical function's start.
  SymbolOrigin origin = SymbolOrigin::none;
  friend bool operator==(const ResolvedFrame&, const ResolvedFrame&) = default;
};

}  // namespace faultline

// Readable names for mangled ones: the only place that demangles.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

struct DemangledName {
  std::string text;
  /// Mangled, but too long, too deep or too large when written out: `text` is the name as it came.
  bool given_up = false;
  friend bool operator==(const DemangledName&, const DemangledName&) = default;
};

/// Reads C++ (`_Z…`, with up to four underscores before), Rust (`_R…`) and the declarations of Swift names
/// (`$s…`, see swift_declaration()); anything else, and what cannot be read, stays as it is.
///
/// Bounded whatever the name: at most 16 KiB are read and 64 KiB written, and no name that would come to
/// more when written out is begun. Names come from files that strangers send.
DemangledName demangle(std::string_view name);

/// demangle() where only the text matters.
std::string demangled(std::string_view name);

}  // namespace faultline

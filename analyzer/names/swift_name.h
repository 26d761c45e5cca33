// The declaration that a mangled Swift name is of, in words.

#pragma once

#include <string>
#include <string_view>

namespace faultline {

/// `$s4prog4GridV4cell3rowS2i_tF` -> `prog.Grid.cell(row:)`, `$s4prog3runyyFyycfU_` -> `closure #1 in
/// prog.run`.
///
/// Reads the way to the declaration and its labels; types and generic arguments are left out, as Apple's
/// reports do. Empty where the name is none of Swift's (`$s`, `$S`, one underscore before them) or begins
/// with something else than modules, types and extensions: better the mangled name than a wrong one. Linear;
/// no recursion. Source: docs/ABI/Mangling.rst of the Swift project.
std::string swift_declaration(std::string_view name);

}  // namespace faultline

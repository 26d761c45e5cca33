// The lines of a crash text that have a form of their own: frames, images, registers.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/model/crash_report.h"

namespace faultline {

/// A stack line as printed; its image is found later, by address.
struct TextFrame {
  std::uint64_t index = 0;
  std::string image;  ///< `???` where it was printed so.
  std::optional<RuntimeAddress> address;
  std::optional<RuntimeAddress> image_base;  ///< Unsymbolicated lines print it.
  Frame frame;                               ///< Symbol, offset, file, line, inlined.
};

/// `4   AppKit   <tab>  0x7ff8944269a8 -[NSView draw] + 12 (NSView.m:7) [inlined]` in all the layouts
/// there are: cut at the tab if there is one, else before the address. The image's name may hold
/// spaces, the symbol ` + ` and parentheses. Also the rows of hand-made tables, which have no address,
/// and `frame #3: 0x… image`symbol + 4 at file:7:1` of debuggers. nullopt for any other line.
std::optional<TextFrame> parse_frame_line(std::string_view line);

/// `4  libsystem_pthread.dylib  _pthread_start`: neither address nor offset, as in rows that somebody typed.
/// Told from prose by its place: `above` are the frames of the stack so far, and columns stand two blanks
/// apart unless the image is known from them. nullopt for any other line.
std::optional<TextFrame> parse_bare_row(std::string_view line, const std::vector<TextFrame>& above);

/// `0x1000 - 0x2fff +com.apple.Foo (1.2 - 3) <UUID> /path` and the iOS form with an architecture in
/// place of the version. nullopt for any other line.
std::optional<Image> parse_image_line(std::string_view line);

/// Adds the registers of a line such as `  x0: 0x0000000000000001   x1: …`. What follows the last one
/// is its description. False for a line without registers.
bool parse_register_line(std::string_view line, std::vector<Register>& registers);

/// Bytes of one row of an instruction stream (`  48 89 e5 [5d]-c3 …  H..]. <==`); the byte in brackets
/// sets the offset. False for any other line.
bool parse_instruction_row(std::string_view line, InstructionState& state);

/// Without white space at both ends.
std::string_view trim(std::string_view text);
/// `0x` and hex digits at the front of `text` are taken off it and returned.
std::optional<std::uint64_t> take_hex(std::string_view& text);
/// Decimal digits at the front of `text` are taken off it and returned.
std::optional<std::uint64_t> take_decimal(std::string_view& text);

}  // namespace faultline

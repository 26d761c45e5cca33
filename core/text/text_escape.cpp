#include "core/text/text_escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace faultline {
namespace {

struct Decoded {
  std::uint32_t code_point = 0;
  std::size_t length = 0;  // 0: invalid.
};

Decoded decode(std::string_view bytes) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (length == 0 || first > 0xf4 || bytes.size() < length) return {};
  std::uint32_t code_point = first & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code_point = (code_point << 6) | (byte(i) & 0x3fU);
  }
  const bool overlong = (length == 3 && code_point < 0x800) || (length == 4 && code_point < 0x10000);
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (overlong || surrogate || code_point > 0x10ffff) return {};
  return {code_point, length};
}

/// Direction overrides, isolates and invisible marks can make a line read as another one.
bool misleads(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

/// How many bytes at the front lie between these two, both included: most of any text, and copied at once.
std::size_t run_length(std::string_view text, unsigned char lowest, unsigned char highest) {
  const auto end = std::find_if(text.begin(), text.end(), [=](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < lowest || byte > highest;
  });
  return static_cast<std::size_t>(end - text.begin());
}

enum class LineBreaks { escape, keep };

std::string escape(std::string_view text, LineBreaks breaks) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto plain = run_length(text, ' ', '~');
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return out;
    const auto [code_point, length] = decode(text);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (code_point == '\n') {
      out += breaks == LineBreaks::keep ? "\n" : "\\n";
    } else if (code_point == '\t') {
      out += breaks == LineBreaks::keep ? "\t" : "\\t";
    } else if (!misleads(code_point)) {
      out += text.substr(0, length);
    } else {
      out += code_point < 0x100 ? fmt::format("\\x{:02x}", code_point) : fmt::format("\\u{:04x}", code_point);
    }
    text.remove_prefix(length);
  }
}

}  // namespace

std::string escape_line(std::string_view text) { return escape(text, LineBreaks::escape); }
std::string escape_text(std::string_view text) { return escape(text, LineBreaks::keep); }

std::string terminal_safe_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (true) {
    // JSON escapes control characters inside of strings by itself.
    const auto plain = run_length(json, 0, '~');
    out += json.substr(0, plain);
    json.remove_prefix(plain);
    if (json.empty()) return out;
    const auto [code_point, length] = decode(json);
    if (length == 0) {
      out += "\\ufffd";
    } else if (!misleads(code_point)) {
      out += json.substr(0, length);
    } else if (code_point < 0x10000) {
      out += fmt::format("\\u{:04x}", code_point);
    } else {
      // Above the basic plane JSON has surrogate pairs.
      const auto rest = code_point - 0x10000;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (rest >> 10), 0xdc00 + (rest & 0x3ff));
    }
    json.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

std::size_t utf8_length(std::string_view bytes) { return bytes.empty() ? 0 : decode(bytes).length; }

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (true) {
    const auto plain = run_length(bytes, 0, 0x7f);
    out += bytes.substr(0, plain);
    bytes.remove_prefix(plain);
    if (bytes.empty()) return out;
    const auto length = decode(bytes).length;
    if (length == 0) {
      out += "\xef\xbf\xbd";
      bytes.remove_prefix(1);
    } else {
      out += bytes.substr(0, length);
      bytes.remove_prefix(length);
    }
  }
}

std::string escape_markup(std::string_view text, MarkupPlace place) {
  const bool quoted = place == MarkupPlace::attribute;
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"' && quoted) {
      out += "&quot;";
    } else if (c == '\'' && quoted) {
      out += "&#39;";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace faultline

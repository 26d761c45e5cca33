#include "core/ips/json_scan.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text/ascii.h"

namespace faultline {
namespace {

/// What may end a bare word: a number, true, false, null.
bool ends_word(char c) { return is_space(c) || c == ',' || c == ']' || c == '}' || c == ':' || c == '"'; }

/// Outside of strings only these bytes matter for nesting.
constexpr std::array<bool, 256> make_structural() {
  std::array<bool, 256> table{};
  for (const char c : {'"', '{', '}', '[', ']'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr auto kStructural = make_structural();

std::optional<std::size_t> skip_string(std::string_view text, std::size_t from) {
  std::size_t at = from + 1;
  while (true) {
    // Most strings are short and hold no escape: looking byte by byte beats a call per string.
    while (at < text.size() && text[at] != '"' && text[at] != '\\') ++at;
    if (at >= text.size()) return std::nullopt;
    if (text[at] == '"') return at + 1;
    at += 2;
  }
}

std::optional<std::size_t> skip_nested(std::string_view text, std::size_t from) {
  std::size_t depth = 0;
  std::size_t at = from;
  while (true) {
    while (at < text.size() && !kStructural[static_cast<unsigned char>(text[at])]) ++at;
    if (at >= text.size()) return std::nullopt;
    const char c = text[at];
    if (c == '"') {
      const auto end = skip_string(text, at);
      if (!end) return std::nullopt;
      at = *end;
      continue;
    }
    ++at;
    if (c == '{' || c == '[') {
      ++depth;
    } else if (--depth == 0) {
      return at;
    }
  }
}

std::optional<std::uint32_t> read_hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = digit_value(text[at + i]);
    if (digit < 0) return std::nullopt;
    value = (value << 4) | static_cast<std::uint32_t>(digit);
  }
  return value;
}

void append_utf8(std::string& out, std::uint32_t c) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6));
    put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f));
    put(0x80 | (c & 0x3f));
  }
}

/// Reads the escape whose backslash is at `at`; gives the position after it.
std::size_t append_escape(std::string& out, std::string_view text, std::size_t at) {
  constexpr std::string_view kFrom = "\"\\/bfnrt";
  constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
  if (at + 1 >= text.size()) return text.size();
  const char c = text[at + 1];
  if (const auto index = kFrom.find(c); index != std::string_view::npos) {
    out += kTo[index];
    return at + 2;
  }
  const auto unit = c == 'u' ? read_hex4(text, at + 2) : std::nullopt;
  if (!unit) {
    out += c;
    return at + 2;
  }
  if (*unit >= 0xd800 && *unit < 0xdc00 && at + 7 < text.size() && text[at + 6] == '\\' &&
      text[at + 7] == 'u') {
    const auto low = read_hex4(text, at + 8);
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      append_utf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
      return at + 12;
    }
  }
  append_utf8(out, *unit >= 0xd800 && *unit < 0xe000 ? 0xfffd : *unit);
  return at + 6;
}

template <typename Number>
std::optional<Number> read_number(std::string_view value) {
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
    value = value.substr(1, value.size() - 2);
  Number number = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), number);
  if (result.ec != std::errc() || result.ptr != value.data() + value.size()) return std::nullopt;
  return number;
}

}  // namespace

std::size_t skip_json_whitespace(std::string_view text, std::size_t from) {
  while (from < text.size() && is_space(text[from])) ++from;
  return from;
}

std::optional<std::size_t> skip_json_value(std::string_view text, std::size_t from) {
  if (from >= text.size()) return std::nullopt;
  if (text[from] == '"') return skip_string(text, from);
  if (text[from] == '{' || text[from] == '[') return skip_nested(text, from);
  std::size_t at = from;
  while (at < text.size() && !ends_word(text[at])) ++at;
  if (at == text.size()) return std::nullopt;
  return at;
}

JsonMembers::JsonMembers(std::string_view text) : text_(text) {
  if (!text_.empty() && text_[0] == '{') position_ = 1;
}

bool JsonMembers::next() {
  if (complete_ || position_ == 0) return false;
  std::size_t at = skip_json_whitespace(text_, position_);
  if (at < text_.size() && text_[at] == ',' && !first_) at = skip_json_whitespace(text_, at + 1);
  if (at < text_.size() && text_[at] == '}') {
    complete_ = true;
    position_ = at + 1;
    return false;
  }
  if (at >= text_.size() || text_[at] != '"') return false;
  const auto key_end = skip_string(text_, at);
  if (!key_end) return false;
  const auto colon = skip_json_whitespace(text_, *key_end);
  if (colon >= text_.size() || text_[colon] != ':') return false;
  const auto value_start = skip_json_whitespace(text_, colon + 1);
  const auto value_end = skip_json_value(text_, value_start);
  if (!value_end || *value_end == value_start) return false;
  key_ = text_.substr(at + 1, *key_end - at - 2);
  value_ = text_.substr(value_start, *value_end - value_start);
  position_ = *value_end;
  first_ = false;
  return true;
}

bool JsonElements::next() {
  if (position_ == 0) return false;
  std::size_t at = skip_json_whitespace(text_, position_);
  if (at < text_.size() && text_[at] == ',' && position_ > 1) at = skip_json_whitespace(text_, at + 1);
  const auto end = skip_json_value(text_, at);
  if (!end || *end == at) return false;
  value_ = text_.substr(at, *end - at);
  position_ = *end;
  return true;
}

std::optional<std::string> json_string_text(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::nullopt;
  const auto inner = value.substr(1, value.size() - 2);
  std::string out;
  out.reserve(inner.size());
  for (std::size_t at = 0; at < inner.size();) {
    const auto escape = std::min(inner.find('\\', at), inner.size());
    out += inner.substr(at, escape - at);
    at = escape < inner.size() ? append_escape(out, inner, escape) : escape;
  }
  return out;
}

std::optional<std::uint64_t> json_natural(std::string_view value) {
  return read_number<std::uint64_t>(value);
}
std::optional<std::int64_t> json_integer(std::string_view value) { return read_number<std::int64_t>(value); }

}  // namespace faultline

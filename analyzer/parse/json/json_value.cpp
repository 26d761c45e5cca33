#include "analyzer/parse/json/json_value.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "core/ips/json_scan.h"
#include "core/text/ascii.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

bool begins_number(char c) { return is_digit(c) || c == '-'; }

/// Bytes of a string that mean themselves: printable ASCII but for the quote and the backslash.
constexpr std::array<bool, 256> make_plain() {
  std::array<bool, 256> table{};
  for (std::size_t c = 0x20; c < 0x80; ++c) table[c] = c != '"' && c != '\\';
  return table;
}
constexpr auto kPlain = make_plain();

constexpr std::uint64_t repeated(unsigned char byte) { return 0x0101010101010101ULL * byte; }

/// First byte in [at, end) that is not plain. Eight at a time: strings are most of a report.
const char* skip_plain(const char* at, const char* end) {
  constexpr std::uint64_t kTop = repeated(0x80);
  // For each byte below 0x80: does it equal c, is it less than 0x20. Bytes from 0x80 stop by themselves.
  const auto equals = [](std::uint64_t word, unsigned char c) {
    const auto difference = word ^ repeated(c);
    return (difference - repeated(1)) & ~difference;
  };
  while (end - at >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    const auto stops = (word | equals(word, '"') | equals(word, '\\') | (word - repeated(0x20))) & kTop;
    if (stops != 0) {
      // A borrow may mark bytes after the first true one, never before it.
      if constexpr (std::endian::native == std::endian::little) return at + std::countr_zero(stops) / 8;
      break;
    }
    at += 8;
  }
  while (at != end && kPlain[static_cast<unsigned char>(*at)]) ++at;
  return at;
}

/// The code unit of a `\u` escape at `at`; nullopt for anything else.
std::optional<unsigned> unicode_escape(const char* at, const char* end) {
  if (end - at < 6 || at[0] != '\\' || at[1] != 'u') return std::nullopt;
  unsigned unit = 0;
  for (int i = 2; i < 6; ++i) {
    const int digit = digit_value(at[i]);
    if (digit < 0) return std::nullopt;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

/// Length of the escape at `at`; 0 where it is none, or half of a surrogate pair.
std::ptrdiff_t escape_length(const char* at, const char* end) {
  if (end - at < 2) return 0;
  if (at[1] != 'u') return std::strchr("\"\\/bfnrt", at[1]) != nullptr && at[1] != '\0' ? 2 : 0;
  const auto unit = unicode_escape(at, end);
  if (!unit || (*unit >= 0xdc00 && *unit < 0xe000)) return 0;
  if (*unit < 0xd800 || *unit >= 0xe000) return 6;
  const auto low = unicode_escape(at + 6, end);
  return low && *low >= 0xdc00 && *low < 0xe000 ? 12 : 0;
}

void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::string_view kControls = "\b\f\n\r\t";
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) >= 0x20) {
      out += c;
    } else if (const auto control = kControls.find(c); control != std::string_view::npos) {
      out += '\\';
      out += "bfnrt"[control];
    } else {
      out += "\\u00";
      out += kDigits[static_cast<unsigned char>(c) >> 4];
      out += kDigits[static_cast<unsigned char>(c) & 15];
    }
  }
  out += '"';
}

}  // namespace

std::string_view json_type_text(JsonType type) {
  switch (type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "a truth value";
    case JsonType::unsigned_integer:
      return "a number";
    case JsonType::negative:
      return "a negative number";
    case JsonType::real:
      return "a fraction";
    case JsonType::text:
      return "a text";
    case JsonType::array:
      return "an array";
    case JsonType::object:
      return "an object";
  }
  return "";
}

struct JsonDocument::Number {
  JsonType type = JsonType::unsigned_integer;
  std::uint64_t unsigned_integer = 0;
  std::int64_t negative = 0;
  double real = 0;
};

JsonType JsonValue::type() const {
  switch (document_->at(at_)) {
    case '{':
      return JsonType::object;
    case '[':
      return JsonType::array;
    case '"':
      return JsonType::text;
    case 't':
    case 'f':
      return JsonType::boolean;
    case 'n':
    case '\0':
      return JsonType::null;
    default:
      break;
  }
  JsonDocument::Number number;
  return document_->read_number(at_, number) != nullptr ? number.type : JsonType::null;
}

std::optional<bool> JsonValue::boolean() const {
  const char first = document_->at(at_);
  if (first == 't' && document_->read_word(at_, "true") != nullptr) return true;
  if (first == 'f' && document_->read_word(at_, "false") != nullptr) return false;
  return std::nullopt;
}

std::optional<std::uint64_t> JsonValue::unsigned_integer() const {
  if (!begins_number(document_->at(at_))) return std::nullopt;
  if (const auto number = document_->read_short_natural(at_)) return number;
  JsonDocument::Number number;
  if (document_->read_number(at_, number) == nullptr) return std::nullopt;
  if (number.type != JsonType::unsigned_integer) return std::nullopt;
  return number.unsigned_integer;
}

std::optional<std::int64_t> JsonValue::integer() const {
  JsonDocument::Number number;
  if (!begins_number(document_->at(at_))) return std::nullopt;
  if (document_->read_number(at_, number) == nullptr) return std::nullopt;
  if (number.type == JsonType::negative) return number.negative;
  if (number.type != JsonType::unsigned_integer || number.unsigned_integer > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(number.unsigned_integer);
}

std::optional<double> JsonValue::real() const {
  JsonDocument::Number number;
  if (!begins_number(document_->at(at_))) return std::nullopt;
  if (document_->read_number(at_, number) == nullptr || number.type != JsonType::real) return std::nullopt;
  return number.real;
}

std::optional<std::string> JsonValue::text() const {
  if (document_->at(at_) != '"') return std::nullopt;
  bool has_escapes = false;
  const char* end = document_->read_string(at_, has_escapes);
  if (end == nullptr) return std::nullopt;
  if (!has_escapes) return std::string(at_ + 1, end - 1);
  return json_string_text({at_, static_cast<std::size_t>(end - at_)});
}

std::optional<std::string_view> JsonValue::plain_text() const {
  if (document_->at(at_) != '"') return std::nullopt;
  bool has_escapes = false;
  const char* end = document_->read_string(at_, has_escapes);
  if (end == nullptr || has_escapes) return std::nullopt;
  return std::string_view(at_ + 1, static_cast<std::size_t>(end - at_ - 2));
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  std::optional<JsonValue> found;
  each_member([&](std::string_view name, JsonValue value) {
    if (!found && name == key) found = value;
  });
  return found;
}

std::string JsonValue::compact() const {
  std::string out;
  const char first = document_->at(at_);
  if (first == '{') {
    each_member([&out](std::string_view key, JsonValue member) {
      out += out.empty() ? '{' : ',';
      append_quoted(out, key);
      out += ':' + member.compact();
    });
    return out.empty() ? "{}" : out + '}';
  }
  if (first == '[') {
    each_element([&out](std::size_t index, JsonValue element) {
      out += (index == 0 ? '[' : ',') + element.compact();
    });
    return out.empty() ? "[]" : out + ']';
  }
  if (const auto string = text()) {
    append_quoted(out, *string);
    return out;
  }
  const char* end = document_->end_of(at_);
  return end != nullptr ? std::string(at_, end) : "null";
}

bool JsonDocument::valid() {
  if (failed_ || next_ == nullptr) return false;
  const char* end = end_of(skip_whitespace(next_));
  if (end != nullptr && skip_whitespace(end) != end_) fail();
  return !failed_;
}

const char* JsonDocument::end_of(const char* from) {
  if (from == read_from_ && !failed_) return read_to_;
  Number number;
  bool has_escapes = false;
  switch (at(from)) {
    case '{':
      return walk_object(from, [](std::string_view, JsonValue) {});
    case '[':
      return walk_array(from, [](std::size_t, JsonValue) {});
    case '"':
      return read_string(from, has_escapes);
    case 't':
      return read_word(from, "true");
    case 'f':
      return read_word(from, "false");
    case 'n':
      return read_word(from, "null");
    case '\0':
      return fail();
    default:
      return read_number(from, number);
  }
}

std::string_view JsonDocument::key(const char* from, const char* end, bool has_escapes) {
  const std::string_view quoted(from, static_cast<std::size_t>(end - from));
  if (!has_escapes) return quoted.substr(1, quoted.size() - 2);
  return resolved_keys_.emplace_front(json_string_text(quoted).value_or(""));
}

const char* JsonDocument::read_string(const char* from, bool& has_escapes) {
  const char* cursor = from + 1;
  while (true) {
    cursor = skip_plain(cursor, end_);
    if (cursor == end_) return fail();
    const char c = *cursor;
    if (c == '"') return remember(from, cursor + 1);
    std::ptrdiff_t length = 0;
    if (c == '\\') {
      length = escape_length(cursor, end_);
      has_escapes = true;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      length = static_cast<std::ptrdiff_t>(
          utf8_length(std::string_view(cursor, static_cast<std::size_t>(end_ - cursor))));
    }
    if (length == 0) return fail();
    cursor += length;
  }
}

/// Nearly every number of a report; nullopt where more than digits has to be looked at.
std::optional<std::uint64_t> JsonDocument::read_short_natural(const char* from) {
  constexpr std::ptrdiff_t kAlwaysFit = 19;
  const char* const limit = from + std::min(kAlwaysFit, end_ - from);
  std::uint64_t value = 0;
  const char* cursor = from;
  for (; cursor != limit && is_digit(*cursor); ++cursor) {
    value = value * 10 + static_cast<unsigned char>(*cursor - '0');
  }
  if (cursor == from || cursor == limit || *cursor == '.' || *cursor == 'e' || *cursor == 'E')
    return std::nullopt;
  if (*from == '0' && cursor - from > 1) return std::nullopt;
  remember(from, cursor);
  return value;
}

const char* JsonDocument::read_number(const char* from, Number& number) {
  const bool negative = at(from) == '-';
  const char* const first = negative ? from + 1 : from;
  if (!is_digit(at(first))) return fail();
  std::uint64_t value = 0;
  const char* cursor = first;
  for (; cursor != end_ && is_digit(*cursor); ++cursor)
    value = value * 10 + static_cast<unsigned char>(*cursor - '0');
  if (*first == '0' && cursor - first > 1) return fail();
  if (at(cursor) == '.' || at(cursor) == 'e' || at(cursor) == 'E') return read_fraction(from, cursor, number);
  constexpr std::ptrdiff_t kAlwaysFit = 19;
  const bool fits = cursor - first <= kAlwaysFit || std::from_chars(first, cursor, value).ec == std::errc();
  constexpr std::uint64_t kLowest = std::uint64_t{1} << 63;  // As a distance from zero.
  if (!fits || (negative && value > kLowest)) return fail();
  number.type = negative && value != 0 ? JsonType::negative : JsonType::unsigned_integer;
  number.unsigned_integer = negative ? 0 : value;
  number.negative = static_cast<std::int64_t>(0 - value);
  return remember(from, cursor);
}

const char* JsonDocument::read_fraction(const char* from, const char* cursor, Number& number) {
  const auto skip_digits = [&] {
    const char* const start = cursor;
    while (is_digit(at(cursor))) ++cursor;
    return cursor != start;
  };
  if (at(cursor) == '.') {
    ++cursor;
    if (!skip_digits()) return fail();
  }
  if (at(cursor) == 'e' || at(cursor) == 'E') {
    ++cursor;
    if (at(cursor) == '+' || at(cursor) == '-') ++cursor;
    if (!skip_digits()) return fail();
  }
  number.type = JsonType::real;
  number.real = std::strtod(std::string(from, cursor).c_str(), nullptr);
  return std::isfinite(number.real) ? remember(from, cursor) : fail();
}

const char* JsonDocument::read_word(const char* from, std::string_view word) {
  if (std::string_view(from, static_cast<std::size_t>(end_ - from)).starts_with(word)) {
    return remember(from, from + word.size());
  }
  return fail();
}

}  // namespace faultline

// JSON text skimmed without building anything: where a value ends, and the members of one object.
//
// For looking into live report files and pasted text, where a full parse is not wanted or not
// possible. Accepts slightly more than JSON (it does not check literals or numbers).

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

/// Position just after the string, object, array or bare word that starts at `from`; nullopt where
/// the text ends first. Strings are respected, nesting is matched; nothing else is checked.
std::optional<std::size_t> skip_json_value(std::string_view text, std::size_t from);

/// First position at or after `from` that is not JSON white space; text.size() if there is none.
std::size_t skip_json_whitespace(std::string_view text, std::size_t from);

/// Walks the members of one object, in the order in which they are written.
///
/// `JsonMembers members(text); while (members.next()) use(members.key(), members.value());`
/// `text` starts with `{`. Stops without failing where the text ends or is not an object any more;
/// complete() then is false. The views live as long as `text`.
class JsonMembers {
 public:
  explicit JsonMembers(std::string_view text);

  /// Goes to the next member; false at the end. A last member whose value is cut is not given.
  bool next();

  /// As written between the quotes: escapes are not resolved.
  [[nodiscard]] std::string_view key() const { return key_; }
  /// The value's own text, quotes and brackets included.
  [[nodiscard]] std::string_view value() const { return value_; }
  /// True once the closing brace was met.
  [[nodiscard]] bool complete() const { return complete_; }
  /// Position after the last byte that was understood.
  [[nodiscard]] std::size_t position() const { return position_; }

 private:
  std::string_view text_;
  std::string_view key_;
  std::string_view value_;
  std::size_t position_ = 0;
  bool first_ = true;
  bool complete_ = false;
};

/// Walks the elements of one array, as JsonMembers does the members of an object.
class JsonElements {
 public:
  explicit JsonElements(std::string_view text) : text_(text), position_(text.starts_with('[') ? 1 : 0) {}

  bool next();
  [[nodiscard]] std::string_view value() const { return value_; }

 private:
  std::string_view text_;
  std::string_view value_;
  std::size_t position_;
};

/// The text of a JSON string given with its quotes, escapes resolved; nullopt for anything else.
std::optional<std::string> json_string_text(std::string_view value);

/// An integer written plainly or as a string of digits; nullopt where it is none or does not fit.
std::optional<std::uint64_t> json_natural(std::string_view value);
std::optional<std::int64_t> json_integer(std::string_view value);

}  // namespace faultline

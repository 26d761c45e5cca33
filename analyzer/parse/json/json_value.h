// JSON read where it stands: a report is walked once, and nothing is built beside what is kept of it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace faultline {

enum class JsonType {
  null,
  boolean,
  unsigned_integer,  ///< Zero to 2^64-1, exact.
  negative,          ///< -2^63 to -1, exact.
  real,
  text,
  array,
  object,
};
std::string_view json_type_text(JsonType type);

class JsonDocument;

/// One value inside a JsonDocument: where it starts; two words, copied freely.
///
/// The accessors give nothing where the value is of another type, or where the document turns out to be
/// no JSON; nothing is converted.
/// Ownership: a view. The document and its text must outlive it.
class JsonValue {
 public:
  JsonValue() = default;
  [[nodiscard]] JsonType type() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> real() const;
  [[nodiscard]] std::optional<std::string> text() const;
  /// A text where it stands in the document; nullopt too where it was written with escapes.
  [[nodiscard]] std::optional<std::string_view> plain_text() const;

  /// The first member of that name; nullopt too where this is no object. Linear.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
  /// Each element or member in turn. Keys live as long as the document.
  template <typename Use>  // void(std::size_t, JsonValue)
  void each_element(Use&& use) const;
  template <typename Use>  // void(std::string_view, JsonValue)
  void each_member(Use&& use) const;

  /// As compact JSON text.
  [[nodiscard]] std::string compact() const;

 private:
  friend class JsonDocument;
  JsonValue(JsonDocument& document, const char* at) : document_(&document), at_(at) {}
  JsonDocument* document_ = nullptr;
  const char* at_ = nullptr;
};

/// A JSON text and how far it has been read.
///
/// Reading and checking are one pass: a value is checked when it is read or passed over, and whoever
/// reads before asking valid() throws away what he got if the answer is no. Where a container that was
/// walked ends is remembered, so that the container around it does not look for its end again.
///
/// Ownership: borrows the text, which must outlive it. Its values point to it: it must stay where it is
/// while they are used. Threads: one at a time.
class JsonDocument {
 public:
  JsonDocument() = default;
  explicit JsonDocument(std::string_view text) : next_(text.data()), end_(text.data() + text.size()) {}

  /// The value at the front of the text. Only where the text is not all whitespace.
  [[nodiscard]] JsonValue root() { return {*this, skip_whitespace(next_)}; }

  /// True if the text is exactly one value with nothing but white space around it. False for anything
  /// that is not strictly JSON, is of more than kDeepest levels, or holds an integer beyond 64 bits.
  /// Looks only at what has not been read yet, if the root was read as a whole.
  bool valid();

  /// Nesting that is read. Real reports have 7 levels; deeper ones are an attack or another format.
  static constexpr std::size_t kDeepest = 200;

 private:
  friend class JsonValue;
  struct Number;

  // Each takes the position of a value's first byte (at() says if there is one) and gives that after its
  // last, or null once the text has turned out to be no JSON.
  const char* end_of(const char* from);
  template <typename Use>
  const char* walk_array(const char* from, Use&& use);
  template <typename Use>
  const char* walk_object(const char* from, Use&& use);
  const char* read_string(const char* from, bool& has_escapes);
  std::optional<std::uint64_t> read_short_natural(const char* from);
  const char* read_number(const char* from, Number& number);
  const char* read_fraction(const char* from, const char* cursor, Number& number);
  const char* read_word(const char* from, std::string_view word);

  std::string_view key(const char* from, const char* end, bool has_escapes);
  const char* remember(const char* from, const char* end) {
    read_from_ = from;
    read_to_ = end;
    return end;
  }
  const char* fail() {
    failed_ = true;
    return nullptr;
  }
  [[nodiscard]] const char* skip_whitespace(const char* cursor) const {
    while (cursor != end_ && (*cursor == ' ' || *cursor == '\n' || *cursor == '\r' || *cursor == '\t'))
      ++cursor;
    return cursor;
  }
  /// The byte there, or 0 at the end of the text and after a failure: no value starts with it.
  [[nodiscard]] char at(const char* cursor) const { return failed_ || cursor == end_ ? '\0' : *cursor; }

  const char* next_ = nullptr;
  const char* end_ = nullptr;
  const char* read_from_ = nullptr;  // The value that was read last, and where it ends.
  const char* read_to_ = nullptr;
  std::size_t depth_ = 0;
  bool failed_ = false;
  std::forward_list<std::string> resolved_keys_;  // Those that were written with escapes.
};

// In the header, so that what is done with each value is compiled into the walk.

template <typename Use>
const char* JsonDocument::walk_array(const char* from, Use&& use) {
  if (++depth_ > kDeepest) return fail();
  const char* cursor = skip_whitespace(from + 1);
  if (at(cursor) != ']') {
    for (std::size_t index = 0;; ++index) {
      use(index, JsonValue(*this, cursor));
      cursor = end_of(cursor);
      if (cursor == nullptr) return nullptr;
      cursor = skip_whitespace(cursor);
      if (at(cursor) != ',') break;
      cursor = skip_whitespace(cursor + 1);
    }
    if (at(cursor) != ']') return fail();
  }
  --depth_;
  return remember(from, cursor + 1);
}

template <typename Use>
const char* JsonDocument::walk_object(const char* from, Use&& use) {
  if (++depth_ > kDeepest) return fail();
  const char* cursor = skip_whitespace(from + 1);
  if (at(cursor) != '}') {
    while (true) {
      if (at(cursor) != '"') return fail();
      bool has_escapes = false;
      const char* key_end = read_string(cursor, has_escapes);
      if (key_end == nullptr) return nullptr;
      const char* colon = skip_whitespace(key_end);
      if (at(colon) != ':') return fail();
      const char* value = skip_whitespace(colon + 1);
      use(key(cursor, key_end, has_escapes), JsonValue(*this, value));
      cursor = end_of(value);
      if (cursor == nullptr) return nullptr;
      cursor = skip_whitespace(cursor);
      if (at(cursor) != ',') break;
      cursor = skip_whitespace(cursor + 1);
    }
    if (at(cursor) != '}') return fail();
  }
  --depth_;
  return remember(from, cursor + 1);
}

template <typename Use>
void JsonValue::each_element(Use&& use) const {
  if (document_->at(at_) == '[') document_->walk_array(at_, use);
}

template <typename Use>
void JsonValue::each_member(Use&& use) const {
  if (document_->at(at_) == '{') document_->walk_object(at_, use);
}

}  // namespace faultline

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

/// A callable borrowed for the length of one call.
template <typename Signature>
class FunctionRef;
template <typename Return, typename... Arguments>
class FunctionRef<Return(Arguments...)> {
 public:
  template <typename Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, FunctionRef>)
  FunctionRef(Callable&& callable)  // NOLINT(google-explicit-constructor): meant to convert
      : object_(const_cast<void*>(static_cast<const void*>(&callable))),
        call_([](void* object, Arguments... arguments) -> Return {
          return (*static_cast<std::remove_reference_t<Callable>*>(object))(
              std::forward<Arguments>(arguments)...);
        }) {}
  Return operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* object_;
  Return (*call_)(void*, Arguments...);
};

enum class JsonType {
  null,
  boolean,
  natural,   ///< Zero to 2^64-1, exact.
  negative,  ///< -2^63 to -1, exact.
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
  [[nodiscard]] std::optional<std::uint64_t> natural() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> real() const;
  [[nodiscard]] std::optional<std::string> text() const;

  /// The first member of that name; nullopt too where this is no object. Linear.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
  /// Each element or member in turn. Keys live as long as the document.
  void each_element(FunctionRef<void(std::size_t, JsonValue)> use) const;
  void each_member(FunctionRef<void(std::string_view, JsonValue)> use) const;

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
/// reads before asking sound() throws away what he got if the answer is no. Where a container that was
/// walked ends is remembered, so that the container around it does not look for its end again.
///
/// Ownership: borrows the text, which must outlive it. Its values point to it: it must stay where it is
/// while they are used. Threads: one at a time.
class JsonDocument {
 public:
  JsonDocument() = default;
  explicit JsonDocument(std::string_view text) : next_(text.data()), end_(text.data() + text.size()) {}

  /// The value at the front of the text. Only where the text is not all blanks.
  [[nodiscard]] JsonValue root() { return {*this, blanks(next_)}; }

  /// True if the text is exactly one value with nothing but white space around it. False for anything
  /// that is not strictly JSON, is of more than kDeepest levels, or holds an integer beyond 64 bits.
  /// Looks only at what has not been read yet, if the root was read as a whole.
  bool sound();

  /// Nesting that is read. Real reports have 7 levels; deeper ones are an attack or another format.
  static constexpr std::size_t kDeepest = 200;

 private:
  friend class JsonValue;
  struct Number;

  // Each takes the position of a value's first byte (at() says if there is one) and gives that after its
  // last, or null once the text has turned out to be no JSON.
  const char* end_of(const char* from);
  const char* walk_array(const char* from, FunctionRef<void(std::size_t, JsonValue)> use);
  const char* walk_object(const char* from, FunctionRef<void(std::string_view, JsonValue)> use);
  const char* read_string(const char* from, bool& has_escapes);
  std::optional<std::uint64_t> read_short_natural(const char* from);
  const char* read_number(const char* from, Number& number);
  const char* read_fraction(const char* from, const char* place, Number& number);
  const char* read_word(const char* from, std::string_view word);

  std::string_view key(const char* from, const char* end, bool has_escapes);
  const char* remember(const char* from, const char* end);
  const char* fail();
  [[nodiscard]] const char* blanks(const char* at) const;
  /// The byte there, or 0 at the end of the text and after a failure: no value starts with it.
  [[nodiscard]] char at(const char* place) const { return failed_ || place == end_ ? '\0' : *place; }

  const char* next_ = nullptr;
  const char* end_ = nullptr;
  const char* read_from_ = nullptr;  // The value that was read last, and where it ends.
  const char* read_to_ = nullptr;
  std::size_t depth_ = 0;
  bool failed_ = false;
  std::forward_list<std::string> resolved_keys_;  // Those that were written with escapes.
};

}  // namespace faultline

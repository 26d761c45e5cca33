// A JSON value as the parsers see it, whichever way its document was read.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
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

/// One value inside a JsonDocument; two words, copied freely.
///
/// The accessors give nothing where the value is of another type; nothing is converted.
/// Ownership: a view. The document must outlive it and every text got from it.
class JsonValue {
 public:
  [[nodiscard]] JsonType type() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  [[nodiscard]] std::optional<std::uint64_t> natural() const;
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  [[nodiscard]] std::optional<double> real() const;
  [[nodiscard]] std::optional<std::string_view> text() const;

  /// Number of elements or members; 0 for scalars. Linear for very large containers.
  [[nodiscard]] std::size_t size() const;
  /// The first member of that name; nullopt too where this is no object. Linear.
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;
  void each_element(FunctionRef<void(std::size_t, JsonValue)> use) const;
  void each_member(FunctionRef<void(std::string_view, JsonValue)> use) const;

  /// As compact JSON text.
  [[nodiscard]] std::string compact() const;

 private:
  friend class JsonDocument;
  std::array<std::uint64_t, 2> element_;  // A simdjson::dom::element, which is two words.
};

/// A parsed JSON text.
///
/// Ownership: owns everything its values look at; the bytes given to parse() may go away.
/// Threads: one at a time while parsing; values of a parsed one may be read by several.
class JsonDocument {
 public:
  JsonDocument();
  ~JsonDocument();
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;

  /// Reads exactly one value, with nothing but white space around it. False for anything that is
  /// not strictly JSON, of more than kDeepest levels, or holds an integer beyond 64 bits; the
  /// document then is empty. May be called again: the memory is used again.
  bool parse(std::string_view text);

  /// The value of the last successful parse(). Only then.
  [[nodiscard]] JsonValue root() const;

  /// Nesting that is read. Real reports have 7 levels; deeper ones are an attack or another format.
  static constexpr std::size_t kDeepest = 200;

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace faultline

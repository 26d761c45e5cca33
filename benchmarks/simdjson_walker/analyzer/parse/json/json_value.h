// The interface of analyzer/parse/json/json_value.h on simdjson's DOM, for json_benchmark alone: its include
// folder stands before ours, so that the same parser reads with the library in place of our walk.

#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace faultline {

enum class JsonType { null, boolean, unsigned_integer, negative, real, text, array, object };
std::string_view json_type_text(JsonType type);

class JsonValue {
 public:
  JsonValue() = default;
  explicit JsonValue(simdjson::dom::element element) : element_(element), is_there_(true) {}

  [[nodiscard]] JsonType type() const;
  [[nodiscard]] std::optional<bool> boolean() const { return read<bool>(); }
  [[nodiscard]] std::optional<std::uint64_t> unsigned_integer() const { return read<std::uint64_t>(); }
  [[nodiscard]] std::optional<std::int64_t> integer() const { return read<std::int64_t>(); }
  [[nodiscard]] std::optional<double> real() const {
    return type() == JsonType::real ? read<double>() : std::nullopt;
  }
  [[nodiscard]] std::optional<std::string> text() const {
    const auto found = read<std::string_view>();
    if (!found) return std::nullopt;
    return std::string(*found);
  }
  [[nodiscard]] std::optional<std::string_view> plain_text() const { return read<std::string_view>(); }
  [[nodiscard]] std::optional<JsonValue> find(std::string_view key) const;

  template <typename Use>  // void(std::size_t, JsonValue)
  void each_element(Use&& use) const {
    simdjson::dom::array array;
    if (!is_there_ || element_.get(array) != simdjson::SUCCESS) return;
    std::size_t index = 0;
    for (const simdjson::dom::element element : array) use(index++, JsonValue(element));
  }
  template <typename Use>  // void(std::string_view, JsonValue)
  void each_member(Use&& use) const {
    simdjson::dom::object object;
    if (!is_there_ || element_.get(object) != simdjson::SUCCESS) return;
    for (const simdjson::dom::key_value_pair member : object) use(member.key, JsonValue(member.value));
  }

  [[nodiscard]] std::string compact() const;

 private:
  template <typename T>
  [[nodiscard]] std::optional<T> read() const {
    T value{};
    if (!is_there_ || element_.get(value) != simdjson::SUCCESS) return std::nullopt;
    return value;
  }

  simdjson::dom::element element_;
  bool is_there_ = false;
};

/// The whole text is checked, and its tree built, before anything is read. One document at a time.
class JsonDocument {
 public:
  JsonDocument() = default;
  explicit JsonDocument(std::string_view text);
  [[nodiscard]] JsonValue root() { return is_valid_ ? JsonValue(root_) : JsonValue(); }
  [[nodiscard]] bool valid() const { return is_valid_; }
  static constexpr std::size_t kDeepest = 200;

 private:
  simdjson::dom::element root_;
  bool is_valid_ = false;
};

}  // namespace faultline

#include "analyzer/parse/json_value.h"

#include <simdjson.h>

#include <bit>

#include "core/check.h"

namespace faultline {
namespace {

using Element = simdjson::dom::element;
static_assert(sizeof(Element) == 2 * sizeof(std::uint64_t));
static_assert(std::is_trivially_copyable_v<Element>);

using Words = std::array<std::uint64_t, 2>;
Element element_of(const Words& words) { return std::bit_cast<Element>(words); }

}  // namespace

std::string_view json_type_text(JsonType type) {
  switch (type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "a truth value";
    case JsonType::natural:
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

JsonType JsonValue::type() const {
  switch (element_of(element_).type()) {
    case simdjson::dom::element_type::ARRAY:
      return JsonType::array;
    case simdjson::dom::element_type::OBJECT:
      return JsonType::object;
    case simdjson::dom::element_type::INT64:
      return element_of(element_).get_int64().value_unsafe() < 0 ? JsonType::negative : JsonType::natural;
    case simdjson::dom::element_type::UINT64:
      return JsonType::natural;
    case simdjson::dom::element_type::DOUBLE:
      return JsonType::real;
    case simdjson::dom::element_type::STRING:
      return JsonType::text;
    case simdjson::dom::element_type::BOOL:
      return JsonType::boolean;
    case simdjson::dom::element_type::NULL_VALUE:
      return JsonType::null;
    default:
      return JsonType::null;  // Types of later versions of the library.
  }
}

std::optional<bool> JsonValue::boolean() const {
  bool value = false;
  if (element_of(element_).get_bool().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> JsonValue::natural() const {
  std::uint64_t value = 0;
  if (element_of(element_).get_uint64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t value = 0;
  if (element_of(element_).get_int64().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<double> JsonValue::real() const {
  double value = 0;
  if (element_of(element_).get_double().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonValue::text() const {
  std::string_view value;
  if (element_of(element_).get_string().get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::size_t JsonValue::size() const {
  const auto element = element_of(element_);
  // The library's own count stops at 2^24-1.
  std::size_t count = 0;
  if (simdjson::dom::array array; element.get_array().get(array) == simdjson::SUCCESS) {
    if (array.size() < 0xffffff) return array.size();
    for ([[maybe_unused]] auto child : array) ++count;
  } else if (simdjson::dom::object object; element.get_object().get(object) == simdjson::SUCCESS) {
    if (object.size() < 0xffffff) return object.size();
    for ([[maybe_unused]] auto child : object) ++count;
  }
  return count;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  simdjson::dom::object object;
  if (element_of(element_).get_object().get(object) != simdjson::SUCCESS) return std::nullopt;
  for (const auto member : object) {
    if (member.key == key) {
      JsonValue value;
      value.element_ = std::bit_cast<Words>(member.value);
      return value;
    }
  }
  return std::nullopt;
}

void JsonValue::each_element(FunctionRef<void(std::size_t, JsonValue)> use) const {
  simdjson::dom::array array;
  if (element_of(element_).get_array().get(array) != simdjson::SUCCESS) return;
  std::size_t index = 0;
  JsonValue value;
  for (const Element child : array) {
    value.element_ = std::bit_cast<Words>(child);
    use(index++, value);
  }
}

void JsonValue::each_member(FunctionRef<void(std::string_view, JsonValue)> use) const {
  simdjson::dom::object object;
  if (element_of(element_).get_object().get(object) != simdjson::SUCCESS) return;
  JsonValue value;
  for (const auto member : object) {
    value.element_ = std::bit_cast<Words>(member.value);
    use(member.key, value);
  }
}

std::string JsonValue::compact() const { return simdjson::minify(element_of(element_)); }

struct JsonDocument::Parser {
  simdjson::dom::parser parser;
  bool parsed = false;
};

JsonDocument::JsonDocument() : parser_(std::make_unique<Parser>()) {}
JsonDocument::~JsonDocument() = default;
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;

bool JsonDocument::parse(std::string_view text) {
  parser_->parsed = false;
  if (text.empty()) return false;
  if (parser_->parser.capacity() < text.size() || parser_->parser.max_depth() != kDeepest) {
    if (parser_->parser.allocate(text.size(), kDeepest) != simdjson::SUCCESS) return false;
  }
  // The library copies into a padded buffer of its own, which it keeps for the next call.
  const auto result = parser_->parser.parse(text.data(), text.size(), true);
  parser_->parsed = result.error() == simdjson::SUCCESS;
  return parser_->parsed;
}

JsonValue JsonDocument::root() const {
  CHECK(parser_->parsed);
  JsonValue value;
  value.element_ = std::bit_cast<Words>(parser_->parser.doc.root());
  return value;
}

}  // namespace faultline

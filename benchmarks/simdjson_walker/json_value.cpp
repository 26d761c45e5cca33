#include "analyzer/parse/json/json_value.h"

namespace faultline {

std::string_view json_type_text(JsonType type) {
  // Only issues name types, and undamaged reports have none.
  return type == JsonType::object ? "an object" : "something else";
}

JsonType JsonValue::type() const {
  if (!is_there_) return JsonType::null;
  switch (element_.type()) {
    case simdjson::dom::element_type::OBJECT:
      return JsonType::object;
    case simdjson::dom::element_type::ARRAY:
      return JsonType::array;
    case simdjson::dom::element_type::STRING:
      return JsonType::text;
    case simdjson::dom::element_type::BOOL:
      return JsonType::boolean;
    case simdjson::dom::element_type::DOUBLE:
      return JsonType::real;
    case simdjson::dom::element_type::UINT64:
      return JsonType::unsigned_integer;
    case simdjson::dom::element_type::INT64:
      return read<std::int64_t>().value_or(0) < 0 ? JsonType::negative : JsonType::unsigned_integer;
    case simdjson::dom::element_type::NULL_VALUE:
      break;
  }
  return JsonType::null;
}

std::optional<JsonValue> JsonValue::find(std::string_view key) const {
  simdjson::dom::object object;
  simdjson::dom::element found;
  if (!is_there_ || element_.get(object) != simdjson::SUCCESS) return std::nullopt;
  if (object.at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
  return JsonValue(found);
}

std::string JsonValue::compact() const { return is_there_ ? simdjson::minify(element_) : "null"; }

JsonDocument::JsonDocument(std::string_view text) {
  // The parser keeps its buffers from one report to the next, as the library recommends.
  thread_local simdjson::dom::parser parser;
  is_valid_ = parser.parse(text.data(), text.size()).get(root_) == simdjson::SUCCESS;
}

}  // namespace faultline

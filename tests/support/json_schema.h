// Checks JSON against the schemas of docs/schema: the part of JSON Schema that they use.

#pragma once

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace faultline {

/// Says where `value` does not follow `schema`; a keyword that it does not know is a finding, too, so that no
/// schema says more than is checked.
class JsonSchema {
 public:
  using Json = nlohmann::json;

  explicit JsonSchema(Json schema) : schema_(std::move(schema)) {}
  static JsonSchema of_project(const std::string& name) {
    std::ifstream file(std::string(FAULTLINE_SOURCE_DIR) + "/docs/schema/" + name);
    return JsonSchema(Json::parse(file));
  }

  [[nodiscard]] std::vector<std::string> problems(const Json& value) const {
    std::vector<std::string> found;
    check(schema_, value, "$", found);
    return found;
  }

 private:
  static bool has_type(const Json& value, const std::string& type) {
    if (type == "null") return value.is_null();
    if (type == "boolean") return value.is_boolean();
    if (type == "string") return value.is_string();
    if (type == "array") return value.is_array();
    if (type == "object") return value.is_object();
    if (type == "number") return value.is_number();
    if (type == "integer") return value.is_number_integer();
    return false;
  }

  void check(const Json& schema, const Json& value, const std::string& at,
             std::vector<std::string>& found) const {
    for (const auto& [keyword, wanted] : schema.items()) {
      if (keyword[0] == '$' && keyword != "$ref") continue;
      if (keyword == "title" || keyword == "description") continue;
      if (!holds(keyword, wanted, schema, value, at, found))
        found.push_back(at + " is " + value.dump().substr(0, 80) + ", against " + keyword + " " +
                        wanted.dump().substr(0, 80));
    }
  }

  bool holds(const std::string& keyword, const Json& wanted, const Json& schema, const Json& value,
             const std::string& at, std::vector<std::string>& found) const {
    if (keyword == "$ref") {
      check(schema_.at(Json::json_pointer(wanted.get<std::string>().substr(1))), value, at, found);
      return true;
    }
    if (keyword == "type") {
      if (wanted.is_string()) return has_type(value, wanted);
      for (const Json& type : wanted) {
        if (has_type(value, type)) return true;
      }
      return false;
    }
    if (keyword == "const") return value == wanted;
    if (keyword == "enum") return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
    if (keyword == "minimum") return !value.is_number() || value.get<double>() >= wanted.get<double>();
    if (keyword == "maximum") return !value.is_number() || value.get<double>() <= wanted.get<double>();
    if (keyword == "exclusiveMinimum")
      return !value.is_number() || value.get<double>() > wanted.get<double>();
    if (keyword == "exclusiveMaximum")
      return !value.is_number() || value.get<double>() < wanted.get<double>();
    if (keyword == "required") {
      for (const Json& name : wanted) {
        if (value.is_object() && !value.contains(name.get<std::string>()))
          found.push_back(at + " lacks " + name.dump());
      }
      return true;
    }
    if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
        check(wanted, value[i], at + "[" + std::to_string(i) + "]", found);
      return true;
    }
    if (keyword == "properties") {
      for (const auto& [name, member] : wanted.items()) {
        if (value.is_object() && value.contains(name)) check(member, value[name], at + "." + name, found);
      }
      return true;
    }
    if (keyword == "additionalProperties") {
      if (wanted != false || !value.is_object()) return wanted.is_boolean();
      for (const auto& [name, member] : value.items()) {
        if (!schema.value("properties", Json::object()).contains(name)) found.push_back(at + " has " + name);
      }
      return true;
    }
    return false;
  }

  Json schema_;
};

}  // namespace faultline

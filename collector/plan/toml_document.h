// A TOML text as plain values, each with the line where it stands.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace faultline {

enum class TomlType { table, list, text, integer, fraction, boolean, date, time, date_time };

/// As a sentence has it: `an integer`, `true or false`.
std::string_view toml_type_text(TomlType type);

struct TomlMember;

/// What `type` names is set, all else is empty.
struct TomlValue {
  TomlType type = TomlType::table;
  std::size_t line = 0;  ///< Where it begins, from 1.
  std::string text;
  std::int64_t integer = 0;
  double fraction = 0.0;
  bool boolean = false;
  std::vector<TomlValue> elements;  ///< Of a list.
  std::vector<TomlMember> members;  ///< Of a table, in the order of the file.

  /// A member of a table; null if there is none. Lives as long as the value.
  [[nodiscard]] const TomlValue* find(std::string_view name) const;
};

struct TomlMember {
  std::string name;
  std::size_t line = 0;  ///< Of the name.
  TomlValue value;
};

struct TomlSyntaxError {
  std::size_t line = 0;
  std::string message;
};

/// The root table of `text`. Pure.
tl::expected<TomlValue, TomlSyntaxError> parse_toml(std::string_view text);

}  // namespace faultline

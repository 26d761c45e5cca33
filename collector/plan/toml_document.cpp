// toml++ is used header-only and without exceptions, as everywhere: its bodies must be the same in one
// program.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include "collector/plan/toml_document.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace faultline {
namespace {

TomlValue plain(const toml::node& node);

/// toml++ keeps members sorted by name.
std::vector<TomlMember> members_of(const toml::table& table) {
  std::vector<std::pair<toml::source_position, TomlMember>> placed;
  for (const auto& [key, node] : table) {
    placed.push_back({key.source().begin, {std::string(key.str()), key.source().begin.line, plain(node)}});
  }
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<TomlMember> members;
  members.reserve(placed.size());
  for (auto& [position, member] : placed) members.push_back(std::move(member));
  return members;
}

TomlValue plain(const toml::node& node) {
  TomlValue out;
  out.line = node.source().begin.line;
  if (const auto* table = node.as_table()) {
    out.type = TomlType::table;
    out.members = members_of(*table);
  } else if (const auto* list = node.as_array()) {
    out.type = TomlType::list;
    for (const toml::node& element : *list) out.elements.push_back(plain(element));
  } else if (const auto* text = node.as_string()) {
    out.type = TomlType::text;
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.type = TomlType::integer;
    out.integer = integer->get();
  } else if (const auto* fraction = node.as_floating_point()) {
    out.type = TomlType::fraction;
    out.fraction = fraction->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.type = TomlType::boolean;
    out.boolean = boolean->get();
  } else {
    out.type = node.is_date() ? TomlType::date : node.is_time() ? TomlType::time : TomlType::date_time;
  }
  return out;
}

/// Where a string that begins at `at` ends; the parser complains of one that does not.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const std::string_view three = text.substr(at, 3);
  const bool is_long = three.size() == 3 && three[1] == quote && three[2] == quote;
  for (std::size_t i = at + (is_long ? 3 : 1); i < text.size(); ++i) {
    if (text[i] == '\\' && quote == '"') {
      ++i;
    } else if (is_long ? text.substr(i, 3) == three : text[i] == quote || text[i] == '\n') {
      return i + (is_long ? 3 : 1);
    }
  }
  return text.size();
}

/// The line of a key with more parts than anybody writes (`a.b.c = 1` has three): toml++ recurses once for
/// each.
std::optional<std::size_t> find_deep_key(std::string_view text) {
  constexpr int kMostParts = 16;
  std::size_t line = 1;
  int dots = 0;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const auto end = end_of_string(text, i);
      line += static_cast<std::size_t>(std::count(text.begin() + static_cast<std::ptrdiff_t>(i),
                                                  text.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      i = end;
      continue;
    }
    if (c == '#') {
      i = std::min(text.find('\n', i), text.size());
      continue;
    }
    if (c == '.' && ++dots >= kMostParts) return line;
    if (c == '\n') ++line;
    if (c == '\n' || c == '=' || c == ',' || c == '[' || c == ']' || c == '{' || c == '}') dots = 0;
    ++i;
  }
  return std::nullopt;
}

}  // namespace

std::string_view toml_type_text(TomlType type) {
  switch (type) {
    case TomlType::table:
      return "a table";
    case TomlType::list:
      return "an array";
    case TomlType::text:
      return "a string";
    case TomlType::integer:
      return "an integer";
    case TomlType::fraction:
      return "a fraction";
    case TomlType::boolean:
      return "true or false";
    case TomlType::date:
      return "a date";
    case TomlType::time:
      return "a time of day";
    case TomlType::date_time:
      return "a date and time";
  }
  return {};
}

const TomlValue* TomlValue::find(std::string_view name) const {
  const auto found = std::find_if(members.begin(), members.end(),
                                  [name](const TomlMember& member) { return member.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

tl::expected<TomlValue, TomlSyntaxError> parse_toml(std::string_view text) {
  if (const auto line = find_deep_key(text)) {
    return tl::unexpected(TomlSyntaxError{*line, "a key of more than 16 parts"});
  }
  const toml::parse_result parsed = toml::parse(text);
  if (parsed) return plain(parsed.table());
  const toml::parse_error& error = parsed.error();
  return tl::unexpected(TomlSyntaxError{error.source().begin.line, std::string(error.description())});
}

}  // namespace faultline

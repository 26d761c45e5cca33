#include "db/sqlite/json_text.h"

#include <fmt/format.h>

#include "db/sqlite/connection.h"

namespace faultline {
namespace {

void append_json_text(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

std::string json_array(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    append_json_text(out, value);
  }
  out += ']';
  return out;
}

std::string json_object(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (const auto& [name, value] : members) {
    if (out.size() > 1) out += ',';
    append_json_text(out, name);
    out += ':';
    append_json_text(out, value);
  }
  out += '}';
  return out;
}

Result<std::vector<std::string>> read_json_array(Connection& connection, std::string_view json) {
  std::vector<std::string> values;
  if (json.empty() || json == "[]") return values;
  TRY_ASSIGN(auto statement, connection.prepare("SELECT value FROM json_each(?)"));
  statement.bind(json);
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return values;
    values.push_back(statement.text(0));
  }
}

Result<std::vector<std::pair<std::string, std::string>>> read_json_object(Connection& connection,
                                                                          std::string_view json) {
  std::vector<std::pair<std::string, std::string>> members;
  if (json.empty() || json == "{}") return members;
  TRY_ASSIGN(auto statement, connection.prepare("SELECT key, value FROM json_each(?)"));
  statement.bind(json);
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return members;
    members.emplace_back(statement.text(0), statement.text(1));
  }
}

}  // namespace faultline

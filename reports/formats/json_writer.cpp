#include "reports/formats/json_writer.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/text_escape.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

struct ToJson {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(bool value) const { return value; }
  Json operator()(std::int64_t value) const { return value; }
  Json operator()(std::uint64_t value) const { return value; }
  Json operator()(double value) const { return std::isfinite(value) ? Json(value) : Json(nullptr); }
  Json operator()(const std::string& value) const { return valid_utf8(value); }
  Json operator()(const TextList& value) const {
    Json list = Json::array();
    for (const std::string& one : value) list.push_back(valid_utf8(one));
    return list;
  }
  Json operator()(const Rate& value) const {
    return {{"trials", value.of.trials},
            {"counted", value.of.counted},
            {"rate", value.of.trials == 0 ? Json(nullptr) : Json(value.of.ratio())},
            {"low", value.interval.low},
            {"high", value.interval.high}};
  }
  Json operator()(const CountOf& value) const {
    return {{"counted", value.of.counted}, {"trials", value.of.trials}};
  }
  Json operator()(const Estimate& value) const {
    return {{"value", (*this)(value.value)},
            {"low", (*this)(value.interval.low)},
            {"high", (*this)(value.interval.high)}};
  }
};

Json row_json(const Table& table, const std::vector<std::string>& keys, std::size_t row) {
  Json object = Json::object();
  const auto values = machine_values(table, row);
  for (std::size_t i = 0; i < keys.size(); ++i) object[valid_utf8(keys[i])] = std::visit(ToJson{}, values[i]);
  return object;
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// Keys are those of machine_keys(). Null is null, infinite and undefined numbers too; unsigned offsets
/// are exact integers. Rows stand one a line.
class JsonWriter final : public ReportWriter {
 public:
  [[nodiscard]] std::string write(const Table& table) const override;
};

}  // namespace

nlohmann::ordered_json rows_json(const Table& table) {
  const std::vector<std::string> keys = machine_keys(table);
  Json rows = Json::array();
  for (std::size_t row = 0; row < table.rows.size(); ++row) rows.push_back(row_json(table, keys, row));
  return rows;
}

nlohmann::ordered_json table_json(const Table& table) {
  Json out = Json::object();
  for (const auto& [key, value] : table.facts) out[valid_utf8(key)] = std::visit(ToJson{}, value);
  out["rows"] = rows_json(table);
  return out;
}

std::string JsonWriter::write(const Table& table) const {
  std::string out = "{";
  for (const auto& [key, value] : table.facts)
    out += dump(key) + ": " + dump(std::visit(ToJson{}, value)) + ",\n ";
  out += "\"rows\": [";
  // One row after the other: a long list need not be in memory as values, too.
  const std::vector<std::string> keys = machine_keys(table);
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    out += (row == 0 ? "\n  " : ",\n  ") + dump(row_json(table, keys, row));
  out += table.rows.empty() ? "]}\n" : "\n ]}\n";
  return terminal_safe_json(out);
}

std::unique_ptr<ReportWriter> make_json_writer(const WriterOptions& /*options*/) {
  return std::make_unique<JsonWriter>();
}

}  // namespace faultline

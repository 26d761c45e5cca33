#include "db/queries/grouping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <map>
#include <string_view>

#include "core/text/ascii.h"
#include "db/filter/filter_sql.h"
#include "db/sqlite/connection.h"

namespace faultline {
namespace {

struct RunColumn {
  std::string_view name;
  std::string_view sql;
};

// `host` is the name that people know; the key where there is none.
constexpr std::array<RunColumn, 12> kRunColumns{{
    {"workload", "c.workload"},
    {"cell", "c.label"},
    {"run", "r.uuid"},
    {"date", "r.started_date"},
    {"host", "coalesce(nullif(r.host_name, ''), h.host_key)"},
    {"os_build", "r.os_build"},
    {"os_version", "r.os_version"},
    {"os_name", "r.os_name"},
    {"model", "r.model"},
    {"chip", "r.chip"},
    {"agx_version", "r.agx_version"},
    {"campaign", "r.campaign_name"},
}};

// In the order in which campaigns were run, then of the matrix, so that ranks do not depend on local ids.
constexpr std::string_view kCellOrder = "ORDER BY r.started_at, r.uuid, c.cell_index";

/// Digits compare as numbers: 15.9 before 15.10.
int compare_naturally(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      std::size_t i_end = i;
      std::size_t j_end = j;
      while (i_end < a.size() && is_digit(a[i_end])) ++i_end;
      while (j_end < b.size() && is_digit(b[j_end])) ++j_end;
      while (i + 1 < i_end && a[i] == '0') ++i;
      while (j + 1 < j_end && b[j] == '0') ++j;
      if (i_end - i != j_end - j) return i_end - i < j_end - j ? -1 : 1;
      const int order = a.substr(i, i_end - i).compare(b.substr(j, j_end - j));
      if (order != 0) return order;
      i = i_end;
      j = j_end;
    } else {
      if (a[i] != b[j]) return a[i] < b[j] ? -1 : 1;
      ++i;
      ++j;
    }
  }
  if (i < a.size()) return 1;
  return j < b.size() ? -1 : a.compare(b);
}

std::optional<double> number_of(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1.0 : 0.0;
  return std::nullopt;
}

/// Numbers, then words, then null.
int kind_rank(const QueryValue& value) {
  if (std::holds_alternative<std::monostate>(value)) return 2;
  return std::holds_alternative<std::string>(value) ? 1 : 0;
}

int compare_values(const QueryValue& a, const QueryValue& b,
                   const std::map<std::string, std::size_t>& ranks) {
  if (kind_rank(a) != kind_rank(b)) return kind_rank(a) < kind_rank(b) ? -1 : 1;
  const auto number_a = number_of(a);
  const auto number_b = number_of(b);
  if (number_a && number_b) return *number_a < *number_b ? -1 : (*number_a > *number_b ? 1 : 0);
  const auto* text_a = std::get_if<std::string>(&a);
  const auto* text_b = std::get_if<std::string>(&b);
  if (text_a == nullptr || text_b == nullptr) return 0;
  const auto rank_a = ranks.find(*text_a);
  const auto rank_b = ranks.find(*text_b);
  if (rank_a != ranks.end() && rank_b != ranks.end() && rank_a->second != rank_b->second) {
    return rank_a->second < rank_b->second ? -1 : 1;
  }
  return compare_naturally(*text_a, *text_b);
}

Error unknown_column(const FilterFields& fields, const std::string& name) {
  std::vector<std::string> names = fields.parameters;
  names.insert(names.end(), fields.facts.begin(), fields.facts.end());
  for (const RunColumn& column : kRunColumns) names.emplace_back(column.name);
  names.emplace_back("phase");
  return {ErrorKind::invalid_argument,
          fmt::format("no column `{}` to group by{}", name, near_names(name, names))};
}

}  // namespace

QueryValue typed_label(std::string_view label, std::string_view type) {
  const char* end = label.data() + label.size();
  if (type == "integer") {
    std::int64_t value = 0;
    const auto [at, code] = std::from_chars(label.data(), end, value);
    if (code == std::errc() && at == end) return value;
  } else if (type == "real") {
    // from_chars for doubles is missing in libc++ 19.
    char* stop = nullptr;
    const std::string text(label);
    const double value = std::strtod(text.c_str(), &stop);
    if (!text.empty() && *stop == '\0') return value;
  } else if (type == "boolean" && (label == "true" || label == "false")) {
    return label == "true";
  }
  return std::string(label);
}

namespace {

/// The values of one column as they are read, and the order that a matrix gives its words.
struct RawColumn {
  std::vector<std::pair<std::int64_t, QueryValue>> by_id;
  std::map<std::string, std::size_t> word_order;
};

Result<void> read_values(Statement statement, bool in_matrix_order, RawColumn& column) {
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return {};
    if (statement.is_null(1)) continue;
    if (in_matrix_order) column.word_order.emplace(statement.text(1), column.word_order.size());
    column.by_id.emplace_back(statement.integer(0),
                              typed_label(statement.text_view(1), statement.text_view(2)));
  }
}

/// Of a parameter, a fact, or the phase; true where it is the phase.
Result<bool> read_named_values(Connection& connection, const std::string& name, RawColumn& raw) {
  TRY_ASSIGN(const FilterFields fields, filter_fields(connection));
  const auto has = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (name == "phase" && !has(fields.parameters)) {
    TRY_ASSIGN(auto statement,
               connection.prepare("SELECT id, value, 'text' FROM attribute WHERE name = 'phase'"));
    TRY(read_values(std::move(statement), false, raw));
    return true;
  }
  if (!has(fields.parameters) && !has(fields.facts)) return fail(unknown_column(fields, name));
  TRY_ASSIGN(auto parameters,
             connection.prepare(
                 fmt::format("SELECT c.id, p.label, p.type FROM cell c JOIN run r ON r.id = c.run_id JOIN "
                             "cell_parameter p ON p.cell_id = c.id WHERE p.name = ? {}",
                             kCellOrder)));
  parameters.bind(name);
  TRY(read_values(std::move(parameters), true, raw));
  TRY_ASSIGN(auto facts, connection.prepare(fmt::format(
                             "SELECT c.id, f.value, 'text' FROM cell c JOIN run r ON r.id = c.run_id JOIN "
                             "run_fact f ON f.run_id = r.id WHERE f.name = ? {}",
                             kCellOrder)));
  facts.bind(name);
  TRY(read_values(std::move(facts), false, raw));
  return false;
}

}  // namespace

Result<Grouping::Column> Grouping::read_column(Connection& connection, const std::string& name) {
  RawColumn raw;
  Column column;
  const auto known = std::find_if(kRunColumns.begin(), kRunColumns.end(),
                                  [&](const RunColumn& one) { return one.name == name; });
  if (known != kRunColumns.end()) {
    TRY_ASSIGN(auto statement, connection.prepare(fmt::format(
                                   "SELECT c.id, {}, 'text' FROM cell c JOIN run r ON r.id = c.run_id JOIN "
                                   "host h ON h.id = r.host_id {}",
                                   known->sql, kCellOrder)));
    TRY(read_values(std::move(statement), name == "workload" || name == "cell", raw));
  } else {
    TRY_ASSIGN(column.is_phase, read_named_values(connection, name, raw));
  }
  for (const auto& [id, value] : raw.by_id) column.values.push_back(value);
  // First what is alike is made one, which is cheap; the few that are left are put in the order of people.
  std::sort(column.values.begin(), column.values.end());
  column.values.erase(std::unique(column.values.begin(), column.values.end()), column.values.end());
  const std::vector<QueryValue> distinct = column.values;
  std::stable_sort(column.values.begin(), column.values.end(),
                   [&](const auto& a, const auto& b) { return compare_values(a, b, raw.word_order) < 0; });
  std::vector<std::uint32_t> rank_of(distinct.size());
  for (std::size_t rank = 0; rank < column.values.size(); ++rank) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), column.values[rank]);
    rank_of[static_cast<std::size_t>(found - distinct.begin())] = static_cast<std::uint32_t>(rank);
  }
  // The first that was read holds: a parameter goes before a fact of its name.
  for (const auto& [id, value] : raw.by_id) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), value);
    column.ranks.emplace(id, rank_of[static_cast<std::size_t>(found - distinct.begin())]);
  }
  column.values.emplace_back();
  return column;
}

Result<Grouping> Grouping::read(Connection& connection, const std::vector<std::string>& columns) {
  Grouping grouping;
  for (const std::string& name : columns) {
    TRY_ASSIGN(auto column, read_column(connection, name));
    grouping.columns_.push_back(std::move(column));
  }
  return grouping;
}

Grouping::Key Grouping::key_of(std::int64_t cell_id, std::int64_t phase_id) const {
  Key key;
  key.reserve(columns_.size());
  for (const Column& column : columns_) {
    const auto rank = column.ranks.find(column.is_phase ? phase_id : cell_id);
    key.push_back(rank == column.ranks.end() ? static_cast<std::uint32_t>(column.values.size() - 1)
                                             : rank->second);
  }
  return key;
}

std::vector<QueryValue> Grouping::values_of(const Key& key) const {
  std::vector<QueryValue> values;
  values.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) values.push_back(columns_[i].values[key[i]]);
  return values;
}

}  // namespace faultline

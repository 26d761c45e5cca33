#include "reports/formats/table.h"

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/base/check.h"

namespace faultline {
namespace {

std::string title_of(const std::string& key) {
  std::string title = key;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

std::vector<std::string> keys_of(const Column& column) {
  const std::string prefix = column.key == "rate" ? "" : column.key + "_";
  switch (column.content) {
    case Content::single:
      return {column.key};
    case Content::rate:
      return {prefix + "trials", prefix + "counted", prefix + "rate", prefix + "low", prefix + "high"};
    case Content::count_of:
      return {column.key + "_counted", column.key + "_trials"};
    case Content::estimate:
      return {column.key, column.key + "_low", column.key + "_high"};
  }
  return {};
}

std::size_t width_of(Content content) {
  switch (content) {
    case Content::single:
      return 1;
    case Content::rate:
      return 5;
    case Content::count_of:
      return 2;
    case Content::estimate:
      return 3;
  }
  return 1;
}

std::vector<CellValue> values_of(const CellValue& value) {
  std::vector<CellValue> out;
  if (const auto* rate = std::get_if<Rate>(&value)) {
    out.emplace_back(rate->of.trials);
    out.emplace_back(rate->of.counted);
    out.emplace_back();
    // Without trials there is no rate.
    if (rate->of.trials > 0) out.back() = rate->of.ratio();
    out.emplace_back(rate->interval.low);
    out.emplace_back(rate->interval.high);
  } else if (const auto* count = std::get_if<CountOf>(&value)) {
    out.emplace_back(count->of.counted);
    out.emplace_back(count->of.trials);
  } else if (const auto* estimate = std::get_if<Estimate>(&value)) {
    out.emplace_back(estimate->value);
    out.emplace_back(estimate->interval.low);
    out.emplace_back(estimate->interval.high);
  } else {
    out.push_back(value);
  }
  return out;
}

}  // namespace

Column text_column(std::string key, std::string title) {
  Column column;
  column.title = title.empty() ? title_of(key) : std::move(title);
  column.key = std::move(key);
  return column;
}

Column number_column(std::string key, std::string title, Unit unit) {
  Column column = text_column(std::move(key), std::move(title));
  column.alignment = Alignment::right;
  column.unit = unit;
  return column;
}

Column rate_column(std::string key, std::string title) {
  Column column = number_column(std::move(key), std::move(title), Unit::share);
  column.content = Content::rate;
  return column;
}

Column count_of_column(std::string key, std::string title) {
  Column column = text_column(std::move(key), std::move(title));
  column.content = Content::count_of;
  return column;
}

Column estimate_column(std::string key, std::string title, Unit unit) {
  Column column = number_column(std::move(key), std::move(title), unit);
  column.content = Content::estimate;
  return column;
}

Column row_name(Column column) {
  column.names_row = true;
  return column;
}

Column one_line(Column column, std::size_t least_width) {
  column.fit = Fit::shorten;
  column.least_width = least_width;
  return column;
}

void arrange_columns(Table& table, const std::vector<ColumnPlace>& places) {
  constexpr int kLastRank = 100;
  std::vector<std::size_t> order;
  for (const ColumnPlace& place : places) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].key != place.key) continue;
      table.columns[i].rank = place.rank;
      order.push_back(i);
    }
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (std::find(order.begin(), order.end(), i) != order.end()) continue;
    table.columns[i].rank = kLastRank;
    order.push_back(i);
  }
  const auto in_order = [&](auto& items) {
    std::remove_reference_t<decltype(items)> sorted;
    for (const std::size_t i : order) sorted.push_back(std::move(items[i]));
    items = std::move(sorted);
  };
  in_order(table.columns);
  for (Column& column : table.columns) {
    if (column.fit == Fit::wrap) column = one_line(std::move(column), SIZE_MAX);
  }
  for (auto& row : table.rows) in_order(row);
}

void drop_column(Table& table, std::string_view key) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.key == key; });
  if (found == table.columns.end()) return;
  const auto at = found - table.columns.begin();
  table.columns.erase(found);
  for (auto& row : table.rows) row.erase(row.begin() + at);
}

std::vector<std::string> machine_keys(const Table& table) {
  std::vector<std::string> all;
  for (const Column& column : table.columns) {
    for (auto& key : keys_of(column)) all.push_back(std::move(key));
  }
  return all;
}

std::vector<CellValue> machine_values(const Table& table, std::size_t row) {
  CHECK(row < table.rows.size() && table.rows[row].size() == table.columns.size());
  std::vector<CellValue> all;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const CellValue& value = table.rows[row][i].value;
    const std::size_t wanted = width_of(table.columns[i].content);
    auto values =
        std::holds_alternative<std::monostate>(value) ? std::vector<CellValue>(wanted) : values_of(value);
    CHECK(values.size() == wanted);
    for (auto& one : values) all.push_back(std::move(one));
  }
  return all;
}

TableCell text_cell(const std::string& text) { return text.empty() ? TableCell() : TableCell(text); }

TableCell brief_cell(const std::string& whole, std::string brief) {
  TableCell cell = text_cell(whole);
  if (brief != whole) cell.brief = std::move(brief);
  return cell;
}

}  // namespace faultline

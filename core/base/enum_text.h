// One spelling per enumerator, in C++, SQL, JSON and prose alike.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/check.h"

namespace faultline {

template <typename Enum>
struct EnumText {
  Enum value;
  std::string_view text;
};

// A table is an array of EnumText, or of rows that have more columns beside `value` and `text`.

/// The text of `value`. Every table lists all enumerators in order, so this is an index.
template <typename Row, std::size_t N>
std::string_view enum_text(const std::array<Row, N>& table, decltype(Row::value) value) {
  const auto index = static_cast<std::size_t>(value);
  CHECK(index < N && table[index].value == value);
  return table[index].text;
}

template <typename Row, std::size_t N>
std::optional<decltype(Row::value)> parse_enum(const std::array<Row, N>& table, std::string_view text) {
  for (const auto& row : table) {
    if (row.text == text) return row.value;
  }
  return std::nullopt;
}

/// All texts of a table, in its order.
template <typename Row, std::size_t N>
std::vector<std::string> enum_words(const std::array<Row, N>& table) {
  std::vector<std::string> words;
  for (const auto& row : table) words.emplace_back(row.text);
  return words;
}

/// True if row i holds the enumerator of value i and the last one is `last`: to be static_asserted.
template <typename Row, std::size_t N>
constexpr bool is_complete(const std::array<Row, N>& table, decltype(Row::value) last) {
  for (std::size_t i = 0; i < N; ++i) {
    if (static_cast<std::size_t>(table[i].value) != i) return false;
  }
  return N == static_cast<std::size_t>(last) + 1;
}

}  // namespace faultline

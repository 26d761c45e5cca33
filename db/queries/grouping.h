// The columns that rates and metrics are grouped by, as values of cells.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"

namespace faultline {

class Connection;

/// A parameter's label as what its type (`text`, `integer`, `real`, `boolean`) says; text if it is not.
QueryValue typed_label(std::string_view label, std::string_view type);

/// Values of the grouping columns for every cell of the store, and the order in which they are shown.
///
/// Read once per query; a store has some thousands of cells however many trials it has. Groups are told apart
/// by the ranks of their values, so that a wide grouping of many cells compares small numbers and not texts.
///
/// Ownership: keeps copies. Threads: immutable once read.
class Grouping {
 public:
  /// An unknown column is an error that names near ones.
  static Result<Grouping> read(Connection& connection, const std::vector<std::string>& columns);

  /// One rank a column. Keys compare as their groups are shown: numbers ascending, words of a matrix in its
  /// order, other words naturally, null last.
  using Key = std::vector<std::uint32_t>;
  /// `phase_id` 0: none.
  [[nodiscard]] Key key_of(std::int64_t cell_id, std::int64_t phase_id) const;
  [[nodiscard]] std::vector<QueryValue> values_of(const Key& key) const;

 private:
  struct Column {
    bool is_phase = false;
    std::vector<QueryValue> values;                         // In the order of ranks; null is last.
    std::unordered_map<std::int64_t, std::uint32_t> ranks;  // By id of the cell, or of the phase.
  };
  static Result<Column> read_column(Connection& connection, const std::string& name);

  std::vector<Column> columns_;
};

}  // namespace faultline

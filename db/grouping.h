// The columns that rates and metrics are grouped by, as values of cells.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "db/queries.h"

namespace faultline {

class Connection;

/// A parameter's label as what its type (`text`, `integer`, `real`, `boolean`) says; text if it is not.
QueryValue typed_label(std::string_view label, std::string_view type);

/// Values of the grouping columns for every cell of the store, and the order in which they are shown.
///
/// Read once per query; a store has some thousands of cells however many trials it has.
///
/// Ownership: keeps copies. Threads: immutable once read.
class Grouping {
 public:
  /// An unknown column is an error that names near ones.
  static Result<Grouping> read(Connection& connection, const std::vector<std::string>& columns);

  /// `phase_id` 0: none.
  [[nodiscard]] std::vector<QueryValue> values_of(std::int64_t cell_id, std::int64_t phase_id) const;
  /// Numbers ascending, words of a matrix in its order, other words naturally, null last.
  [[nodiscard]] bool before(const std::vector<QueryValue>& a, const std::vector<QueryValue>& b) const;

 private:
  struct Column {
    bool is_phase = false;
    std::map<std::int64_t, QueryValue> by_cell;
    std::map<std::string, std::size_t> ranks;  // Of words, where the matrix has an order.
  };
  static Result<Column> read_column(Connection& connection, const std::string& name);

  std::vector<Column> columns_;
  std::map<std::int64_t, std::string> phases_;
};

}  // namespace faultline

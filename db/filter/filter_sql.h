// The filter language compiled to SQL: every value of a person is bound, never part of the text.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/model/filter.h"

namespace faultline {

/// Type name of bound conditions (sqlite3_bind_pointer).
inline constexpr const char* kFilterConditionType = "faultline_condition";

class Connection;
class Statement;

/// The SQL expressions that stand for the things that fields talk about, in the query around.
/// Empty: not known there, and a field that needs it is an error.
struct FilterScope {
  std::string cell_id;   ///< Parameters, workload, cell; through it the run: facts, host, os_build, date, ….
  std::string phase_id;  ///< 0 or NULL: none.
  std::string outcome;
  std::string warm_up;
  std::string uncaptured;
  std::string contaminated;
  std::string trial;   ///< Alias of a row of `trial`: fields that no tally has (trial, duration, signal, …).
  std::string report;  ///< Alias of a row of `report` or `report_tally`: site, family, function, image, …
  std::string report_day = "substr(rp.happened_at, 1, 10)";  ///< For reports that belong to no run.
  std::string run_id;                                        ///< For lists of runs, where there is no cell.
  /// Fields of the machine are the report's own (imported reports have no run).
  bool machine_from_report = false;
  /// Fields of what is counted may be asked for, but there is no report: they hold for nothing.
  bool report_is_missing = false;
};

/// The scope of a row `t` of `trial` or `trial_tally`.
FilterScope trial_scope();
/// counts_in_rates() of core/model/outcome.h as an SQL condition, without brackets, over the columns outcome,
/// warm_up and contaminated. `row` says whose they are: `t.`, or empty.
std::string counts_in_rates_sql(std::string_view row);
/// That of a row `t` of `trial` alone, with the fields of single trials.
FilterScope single_trial_scope();

/// One filter as a SQL expression (true is 1; NULL and 0 are false), with what to bind in order.
///
/// Ownership: must outlive the statements that it is bound to.
struct CompiledFilter {
  std::string sql = "1";
  std::vector<std::shared_ptr<const FilterCondition>> bound;
  bool uses_report = false;  ///< A field of what is counted is in it.
  bool uses_trial = false;   ///< A field of single trials is in it: a tally cannot answer.
  /// It holds for no trial without a report, whatever else is true.
  bool needs_report = false;
  /// Binds the conditions; the statement's next parameters must be those of `sql`.
  void bind_to(Statement& statement) const;
};

/// An unknown field is an error with a caret under it, and names that are near.
///
/// A value that is not there (a parameter that the workload lacks, an unknown os_build) fits no
/// condition, `!=` neither; `not` around it then holds.
Result<CompiledFilter> compile_filter(Connection& connection, const Filter& filter, const FilterScope& scope);

/// Makes the SQL functions that compiled filters call. Once per connection.
Result<void> register_filter_functions(Connection& connection);

/// Whether the language promises the field `name`, so that no parameter or fact of that name hides it.
bool is_promised_field(std::string_view name);

/// Names of fields that can be asked for in this store: those built in, its parameters and its facts.
struct FilterFields {
  std::vector<std::string> built_in;
  std::vector<std::string> counted;  ///< Those of what is counted.
  std::vector<std::string> parameters;
  std::vector<std::string> facts;
};
Result<FilterFields> filter_fields(Connection& connection);

/// `threds` -> `; did you mean threads?`; else the whole list.
std::string near_names(std::string_view name, const std::vector<std::string>& names);

}  // namespace faultline

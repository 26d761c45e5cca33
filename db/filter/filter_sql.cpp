#include "db/filter/filter_sql.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/model/outcome.h"
#include "core/text/nearest_name.h"
#include "db/filter/trial_fields.h"
#include "db/sqlite/connection.h"

namespace faultline {
namespace {

enum class Subject {
  cell,  // A column of cell `c`.
  run,   // A column of run `r`.
  host,
  run_uuid,
  phase,
  flag,     // outcome and the flags: a scope's own expression.
  trial,    // Of a single trial: see trial_fields.h.
  site,     // A column of site `s`.
  site_id,  // Key and text.
  label,
  report,  // A column of the report itself.
  report_vocabulary,
};

struct BuiltInField {
  std::string_view name;
  Subject subject;
  std::string_view column;            // Or key and name, separated by a comma.
  bool yields_to_parameters = false;  // Not promised by the language: a parameter of that name wins.
};

constexpr std::array<BuiltInField, 36> kFields{{
    {"workload", Subject::cell, "c.workload"},
    {"outcome", Subject::flag, "outcome"},
    {"phase", Subject::phase, ""},
    {"host", Subject::host, ""},
    {"os_build", Subject::run, "r.os_build"},
    {"os_version", Subject::run, "r.os_version"},
    {"model", Subject::run, "r.model"},
    {"chip", Subject::run, "r.chip"},
    {"agx_version", Subject::run, "r.agx_version"},
    {"run", Subject::run_uuid, ""},
    {"date", Subject::run, "r.started_date"},
    {"site", Subject::site_id, "s.key, s.text"},
    {"family", Subject::site_id, "s.family, s.family_text"},
    {"function", Subject::site, "s.function"},
    {"image", Subject::site, "s.image"},
    {"kind", Subject::site, "s.fault_kind"},
    {"access", Subject::site, "s.access"},
    {"fault_offset", Subject::site, "'0x' || s.fault_offset_hex"},
    {"gpu_error", Subject::site, "filter_gpu_error(s.text)"},
    {"label", Subject::label, ""},
    {"code_offset", Subject::site, "'0x' || s.code_offset_hex", true},
    {"process", Subject::report_vocabulary, "process", true},
    {"exception", Subject::report_vocabulary, "exception", true},
    {"origin", Subject::report, "origin", true},
    {"cell", Subject::cell, "c.label", true},
    {"campaign", Subject::run, "r.campaign_name", true},
    {"campaign_hash", Subject::run, "r.campaign_hash", true},
    {"os_name", Subject::run, "r.os_name", true},
    {"kernel", Subject::run, "r.kernel", true},
    {"uncaptured", Subject::flag, "uncaptured", true},
    {"warm_up", Subject::flag, "warm_up", true},
    {"contaminated", Subject::flag, "contaminated", true},
    {"trial", Subject::trial, "", true},
    {"duration", Subject::trial, "", true},
    {"signal", Subject::trial, "", true},
    {"exit_code", Subject::trial, "", true},
}};

bool is_of_report(Subject subject) {
  return subject == Subject::site || subject == Subject::site_id || subject == Subject::label ||
         subject == Subject::report || subject == Subject::report_vocabulary;
}

const BuiltInField* find_built_in(std::string_view name) {
  const auto* it =
      std::find_if(kFields.begin(), kFields.end(), [&](const auto& field) { return field.name == name; });
  return it == kFields.end() ? nullptr : it;
}

Result<std::set<std::string>> names_in(Connection& connection, std::string_view sql) {
  TRY_ASSIGN(auto statement, connection.prepare(sql));
  std::set<std::string> names;
  while (true) {
    TRY_ASSIGN(const bool row, statement.step());
    if (!row) return names;
    names.insert(statement.text(0));
  }
}

/// What is certain of a part where no report is there.
enum class Without { holds, fails, unsure };

class Compiler {
 public:
  Compiler(Connection& connection, const Filter& filter, const FilterScope& scope)
      : connection_(connection), filter_(filter), scope_(scope) {}

  Result<CompiledFilter> compile() {
    if (!filter_.root) return std::move(out_);
    TRY_ASSIGN(parameters_, names_in(connection_, "SELECT DISTINCT name FROM cell_parameter"));
    TRY_ASSIGN(facts_, names_in(connection_, "SELECT DISTINCT name FROM run_fact"));
    TRY_ASSIGN(out_.sql, node_sql(*filter_.root, false));
    out_.needs_report = out_.uses_report && without_report(*filter_.root) == Without::fails;
    return std::move(out_);
  }

 private:
  Result<std::string> node_sql(const FilterNode& node, bool negated) {
    switch (node.kind) {
      case FilterNode::Kind::condition: {
        TRY_ASSIGN(std::string sql, condition_sql(node.condition));
        // Below a `not`, unknown has to be told from false.
        return negated ? fmt::format("ifnull({}, 0)", sql) : sql;
      }
      case FilterNode::Kind::none_of: {
        TRY_ASSIGN(const std::string inner, node_sql(node.children.front(), true));
        return fmt::format("NOT ({})", inner);
      }
      case FilterNode::Kind::all_of:
      case FilterNode::Kind::any_of: {
        std::string sql;
        for (const FilterNode& child : node.children) {
          TRY_ASSIGN(const std::string part, node_sql(child, negated));
          if (!sql.empty()) sql += node.kind == FilterNode::Kind::all_of ? " AND " : " OR ";
          sql += part;
        }
        return "(" + sql + ")";
      }
    }
    return std::string("0");
  }

  [[nodiscard]] Without without_report(const FilterNode& node) const {
    switch (node.kind) {
      case FilterNode::Kind::condition: {
        const BuiltInField* field = built_in(node.condition.field);
        return field != nullptr && is_of_report(field->subject) ? Without::fails : Without::unsure;
      }
      case FilterNode::Kind::none_of: {
        const Without inner = without_report(node.children.front());
        if (inner == Without::unsure) return inner;
        return inner == Without::fails ? Without::holds : Without::fails;
      }
      case FilterNode::Kind::all_of:
      case FilterNode::Kind::any_of: {
        const Without decides = node.kind == FilterNode::Kind::all_of ? Without::fails : Without::holds;
        Without all = decides == Without::fails ? Without::holds : Without::fails;
        for (const FilterNode& child : node.children) {
          const Without one = without_report(child);
          if (one == decides) return decides;
          if (one == Without::unsure) all = Without::unsure;
        }
        return all;
      }
    }
    return Without::unsure;
  }

  /// The built-in meaning of a name, unless a parameter or fact has a right to it.
  [[nodiscard]] const BuiltInField* built_in(const std::string& name) const {
    const BuiltInField* field = find_built_in(name);
    if (field != nullptr && field->yields_to_parameters &&
        (parameters_.contains(name) || facts_.contains(name))) {
      return nullptr;
    }
    return field;
  }

  Result<std::string> condition_sql(const FilterCondition& condition) {
    if (const BuiltInField* field = built_in(condition.field)) return built_in_sql(*field, condition);
    // One name may be a parameter of one campaign and a fact of another: either will do.
    const bool is_parameter = parameters_.contains(condition.field);
    const bool is_fact = facts_.contains(condition.field);
    if (!is_parameter && !is_fact) return fail(unknown_field(condition));
    std::string sql;
    if (is_parameter) {
      bind(condition);
      TRY_ASSIGN(sql, in_cells(condition, "JOIN cell_parameter p ON p.cell_id = c.id",
                               "filter_named(p.name, p.label, ?)"));
    }
    if (is_fact) {
      bind(condition);
      TRY_ASSIGN(const std::string fact, in_cells(condition, "JOIN run_fact f ON f.run_id = c.run_id",
                                                  "filter_named(f.name, f.value, ?)"));
      sql = sql.empty() ? fact : fmt::format("({} OR {})", sql, fact);
    }
    return sql;
  }

  Result<std::string> built_in_sql(const BuiltInField& field, const FilterCondition& condition) {
    if (is_of_report(field.subject)) return report_sql(field, condition);
    if (scope_.machine_from_report && field.subject == Subject::run) {
      const auto column = field.column.substr(2);
      if (column == "os_build" || column == "os_version" || column == "model") {
        bind(condition);
        return vocabulary_sql(fmt::format("{}.{}_id", scope_.report, column), column);
      }
      if (column == "started_date") return report_date_sql(condition);
    }
    switch (field.subject) {
      case Subject::cell:
        bind(condition);
        return in_cells(condition, "", fmt::format("filter_match({}, ?)", field.column));
      case Subject::run:
        bind(condition);
        return in_runs(condition, "", fmt::format("filter_match({}, ?)", field.column));
      case Subject::host:
        bind(condition);
        return in_runs(condition, "JOIN host h ON h.id = r.host_id", "filter_id(h.host_key, r.host_name, ?)");
      case Subject::run_uuid: {
        TRY(bind_run(condition));
        return in_runs(condition, "", "filter_id(r.uuid, NULL, ?)");
      }
      case Subject::phase:
        if (scope_.phase_id.empty()) return fail(not_here(condition));
        bind(condition);
        return vocabulary_sql(scope_.phase_id, "phase");
      case Subject::flag:
        return flag_sql(field, condition);
      case Subject::trial:
        if (scope_.trial.empty()) return fail(not_here(condition));
        out_.uses_trial = true;
        bind(stored_form(condition));
        return fmt::format("filter_match({}, ?)", trial_field_sql(field.name, scope_.trial));
      default:
        return fail(not_here(condition));
    }
  }

  Result<std::string> flag_sql(const BuiltInField& field, const FilterCondition& condition) {
    if (field.name == "outcome") {
      if (scope_.outcome.empty()) return fail(not_here(condition));
      bind(condition);
      return fmt::format("filter_match({}, ?)", scope_.outcome);
    }
    const std::string& expression = field.name == "uncaptured" ? scope_.uncaptured
                                    : field.name == "warm_up"  ? scope_.warm_up
                                                               : scope_.contaminated;
    if (expression.empty()) return fail(not_here(condition));
    bind(condition);
    return fmt::format("filter_match(CASE {} WHEN 1 THEN 'true' ELSE 'false' END, ?)", expression);
  }

  Result<std::string> report_sql(const BuiltInField& field, const FilterCondition& condition) {
    out_.uses_report = true;
    if (scope_.report_is_missing) return std::string("0");
    if (scope_.report.empty()) return fail(only_of_crashes(condition));
    if (field.subject == Subject::label) return label_sql(condition);
    bind(condition);
    if (field.subject == Subject::report)
      return fmt::format("filter_match({}.{}, ?)", scope_.report, field.column);
    if (field.subject == Subject::report_vocabulary) {
      return vocabulary_sql(fmt::format("{}.{}_id", scope_.report, field.column), field.column);
    }
    const std::string_view function = field.subject == Subject::site_id ? "filter_id" : "filter_match";
    return fmt::format("{}.site_id IN (SELECT s.id FROM site s WHERE {}({}, ?))", scope_.report, function,
                       field.column);
  }

  /// A site may have several labels: `label != x` means that none of them is x.
  std::string label_sql(const FilterCondition& condition) {
    FilterCondition wanted = condition;
    const bool none = condition.op == FilterOp::not_equal;
    if (none) wanted.op = FilterOp::equal;
    bind(wanted);
    bind(wanted);
    const std::string sql = fmt::format(
        "ifnull({}.site_id IN (SELECT s.id FROM site s JOIN label_now l ON l.target = s.key OR l.target = "
        "s.family "
        "WHERE filter_match(l.word, ?) UNION ALL SELECT s.id FROM site s, json_each(s.rule_labels_json) j "
        "WHERE filter_match(j.value, ?)), 0)",
        scope_.report);
    return none ? "NOT " + sql : sql;
  }

  /// The night of its run; of a report of no run, the day (UTC) on which it happened.
  std::string report_date_sql(const FilterCondition& condition) {
    bind(condition);
    bind(condition);
    return fmt::format(
        "({0} IN (SELECT c.id FROM cell c JOIN run r ON r.id = c.run_id WHERE filter_match(r.started_date, "
        "?)) OR "
        "(ifnull({0}, 0) = 0 AND filter_match({1}, ?)))",
        scope_.cell_id, scope_.report_day);
  }

  static std::string vocabulary_sql(std::string_view id, std::string_view name) {
    return fmt::format("{} IN (SELECT id FROM attribute WHERE name = '{}' AND filter_match(value, ?))", id,
                       name);
  }

  Result<std::string> in_cells(const FilterCondition& condition, std::string_view join,
                               std::string_view test) {
    if (!scope_.cell_id.empty()) {
      return fmt::format("{} IN (SELECT c.id FROM cell c {} WHERE {})", scope_.cell_id, join, test);
    }
    if (!scope_.run_id.empty()) {
      return fmt::format("{} IN (SELECT c.run_id FROM cell c {} WHERE {})", scope_.run_id, join, test);
    }
    return fail(not_here(condition));
  }

  Result<std::string> in_runs(const FilterCondition& condition, std::string_view join,
                              std::string_view test) {
    if (!scope_.cell_id.empty()) {
      return fmt::format("{} IN (SELECT c.id FROM cell c JOIN run r ON r.id = c.run_id {} WHERE {})",
                         scope_.cell_id, join, test);
    }
    if (!scope_.run_id.empty()) {
      return fmt::format("{} IN (SELECT r.id FROM run r {} WHERE {})", scope_.run_id, join, test);
    }
    return fail(not_here(condition));
  }

  void bind(FilterCondition condition) {
    out_.bound.push_back(std::make_shared<const FilterCondition>(std::move(condition)));
  }

  /// `run = last` is the newest run.
  Result<void> bind_run(FilterCondition condition) {
    for (std::string& value : condition.values) {
      if (value != "last") continue;
      TRY_ASSIGN(value,
                 connection_.text_of("SELECT uuid FROM run ORDER BY started_at DESC, uuid DESC LIMIT 1"));
    }
    bind(std::move(condition));
    return {};
  }

  [[nodiscard]] Error only_of_crashes(const FilterCondition& condition) const {
    return filter_error(filter_, condition.field_at,
                        fmt::format("{} is known of crashes, not of every trial; count them instead: "
                                    "rates --count '{}'",
                                    condition.field, condition_text(condition)));
  }

  [[nodiscard]] Error not_here(const FilterCondition& condition) const {
    return filter_error(filter_, condition.field_at,
                        fmt::format("`{}` cannot be asked for here", condition.field));
  }

  [[nodiscard]] Error unknown_field(const FilterCondition& condition) const {
    std::vector<std::string> names(parameters_.begin(), parameters_.end());
    names.insert(names.end(), facts_.begin(), facts_.end());
    for (const BuiltInField& field : kFields) {
      if (!field.yields_to_parameters) names.emplace_back(field.name);
    }
    return filter_error(filter_, condition.field_at,
                        fmt::format("no field `{}`{}", condition.field, near_names(condition.field, names)));
  }

  Connection& connection_;
  const Filter& filter_;
  const FilterScope& scope_;
  std::set<std::string> parameters_;
  std::set<std::string> facts_;
  CompiledFilter out_;
};

}  // namespace

FilterScope trial_scope() {
  FilterScope scope;
  scope.cell_id = "t.cell_id";
  scope.phase_id = "t.phase_id";
  scope.outcome = "t.outcome";
  scope.warm_up = "t.warm_up";
  scope.uncaptured = "t.uncaptured";
  scope.contaminated = "t.contaminated";
  return scope;
}

std::string counts_in_rates_sql(std::string_view row) {
  std::string sql;
  for (const OutcomeRow& outcome : kOutcomes) {
    if (!outcome.counts_as_trial) sql += fmt::format("{}outcome != '{}' AND ", row, outcome.text);
  }
  return sql + fmt::format("{0}warm_up = 0 AND {0}contaminated = 0", row);
}

FilterScope single_trial_scope() {
  FilterScope scope = trial_scope();
  scope.trial = "t";
  return scope;
}

Result<CompiledFilter> compile_filter(Connection& connection, const Filter& filter,
                                      const FilterScope& scope) {
  return Compiler(connection, filter, scope).compile();
}

bool is_promised_field(std::string_view name) {
  const BuiltInField* field = find_built_in(name);
  return field != nullptr && !field->yields_to_parameters;
}

Result<FilterFields> filter_fields(Connection& connection) {
  FilterFields fields;
  for (const BuiltInField& field : kFields) {
    (is_of_report(field.subject) ? fields.counted : fields.built_in).emplace_back(field.name);
  }
  TRY_ASSIGN(const auto parameters, names_in(connection, "SELECT DISTINCT name FROM cell_parameter"));
  TRY_ASSIGN(const auto facts, names_in(connection, "SELECT DISTINCT name FROM run_fact"));
  fields.parameters.assign(parameters.begin(), parameters.end());
  fields.facts.assign(facts.begin(), facts.end());
  return fields;
}

std::string near_names(std::string_view name, const std::vector<std::string>& names) {
  std::vector<std::string_view> near;
  for (const std::string& known : names) {
    const bool begins = name.size() >= 2 && (known.starts_with(name) || name.starts_with(known));
    if (begins) near.push_back(known);
  }
  const std::vector<std::string_view> all(names.begin(), names.end());
  if (near.empty()) {
    if (const auto nearest = nearest_name(name, all)) near.push_back(*nearest);
  }
  if (!near.empty()) return fmt::format("; did you mean {}?", fmt::join(near, " or "));
  return fmt::format("; there are {}", fmt::join(names, ", "));
}

}  // namespace faultline

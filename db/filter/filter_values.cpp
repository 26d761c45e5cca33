#include "db/filter/filter_values.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "core/model/crash_report.h"
#include "core/model/fault_explanation.h"
#include "core/model/filter_check.h"
#include "core/model/outcome.h"
#include "db/filter/filter_sql.h"
#include "db/filter/trial_fields.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {
namespace {

/// Where the store has the values of a field. Machines of imported reports are in no run.
struct StoredField {
  std::string_view name;
  std::string_view sql;
  bool by_prefix = false;
};

constexpr std::array<StoredField, 15> kStoredFields{{
    {"workload", "SELECT workload FROM cell"},
    {"cell", "SELECT label FROM cell"},
    {"campaign", "SELECT campaign_name FROM run"},
    {"campaign_hash", "SELECT campaign_hash FROM run"},
    {"run", "SELECT uuid FROM run UNION ALL SELECT 'last' WHERE EXISTS (SELECT 1 FROM run)", true},
    {"host", "SELECT host_name FROM run UNION ALL SELECT host_key FROM host", true},
    {"date", "SELECT started_date FROM run UNION ALL SELECT day FROM report_tally"},
    {"os_name", "SELECT os_name FROM run"},
    {"os_build", "SELECT os_build FROM run UNION ALL SELECT value FROM attribute WHERE name = 'os_build'"},
    {"os_version",
     "SELECT os_version FROM run UNION ALL SELECT value FROM attribute WHERE name = 'os_version'"},
    {"model", "SELECT model FROM run UNION ALL SELECT value FROM attribute WHERE name = 'model'"},
    {"chip", "SELECT chip FROM run"},
    {"agx_version", "SELECT agx_version FROM run"},
    {"kernel", "SELECT kernel FROM run"},
    {"phase", "SELECT value FROM attribute WHERE name = 'phase'"},
}};

constexpr std::array<std::string_view, 18> kSignals{
    "SIGHUP",  "SIGINT",  "SIGQUIT", "SIGILL",  "SIGTRAP", "SIGABRT", "SIGBUS",  "SIGFPE",  "SIGKILL",
    "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGXCPU", "SIGXFSZ", "SIGSYS"};

KnownValues vocabulary(std::vector<std::string> words) { return {std::move(words), true, false, false}; }

std::optional<KnownValues> vocabulary_of(std::string_view field) {
  if (field == "outcome") return vocabulary(enum_words(kOutcomes));
  if (field == "kind") return vocabulary(fault_kind_words());
  if (field == "access") return vocabulary(access_kind_words());
  if (field == "origin") return vocabulary({"captured", "imported", "reconstructed", "output"});
  if (field == "signal") return vocabulary({kSignals.begin(), kSignals.end()});
  if (field == "uncaptured" || field == "warm_up" || field == "contaminated")
    return vocabulary({"true", "false"});
  if (field == "trial" || field == "duration" || field == "exit_code")
    return KnownValues{{}, false, true, false};
  return std::nullopt;
}

/// Looks up the values of fields, each in its own table.
class StoredValues {
 public:
  explicit StoredValues(Connection& connection) : connection_(connection) {}

  Result<void> read_names() {
    TRY_ASSIGN(const auto fields, filter_fields(connection_));
    parameters_.insert(fields.parameters.begin(), fields.parameters.end());
    facts_.insert(fields.facts.begin(), fields.facts.end());
    return {};
  }

  Result<std::optional<KnownValues>> of(const std::string& field) {
    const bool is_own = parameters_.contains(field) || facts_.contains(field);
    if (is_own && !is_promised_field(field)) return own_values(field);
    if (auto words = vocabulary_of(field)) return words;
    const auto* stored = std::find_if(kStoredFields.begin(), kStoredFields.end(),
                                      [&](const StoredField& known) { return known.name == field; });
    if (stored == kStoredFields.end()) return std::optional<KnownValues>();
    TRY_ASSIGN(auto values, read(stored->sql, {}));
    return std::optional<KnownValues>(KnownValues{std::move(values), false, false, stored->by_prefix});
  }

 private:
  Result<std::optional<KnownValues>> own_values(const std::string& field) {
    TRY_ASSIGN(auto values,
               read("SELECT label FROM cell_parameter WHERE name = ? UNION ALL SELECT value FROM "
                    "run_fact WHERE name = ?",
                    field));
    return std::optional<KnownValues>(KnownValues{std::move(values), false, false, false});
  }

  /// Distinct values, numbers ascending, then words by the alphabet.
  Result<std::vector<std::string>> read(std::string_view sql, const std::string& field) {
    TRY_ASSIGN(auto statement, connection_.prepare(fmt::format("SELECT DISTINCT * FROM ({})", sql)));
    if (!field.empty()) statement.with(field, field);
    std::vector<std::string> values;
    while (true) {
      TRY_ASSIGN(const bool found, statement.step());
      if (!found) break;
      if (!statement.is_null(0) && !statement.text_view(0).empty()) values.push_back(statement.text(0));
    }
    std::sort(values.begin(), values.end(), [](const std::string& a, const std::string& b) {
      const bool a_number = is_filter_number(a);
      if (a_number != is_filter_number(b)) return a_number;
      return compare_value(a, FilterCondition{{}, FilterOp::less, {b}, 0});
    });
    return values;
  }

  Connection& connection_;
  std::set<std::string> parameters_;
  std::set<std::string> facts_;
};

/// Whether any report, or any output of a crash without one, meets `condition`.
Result<bool> is_seen(Connection& connection, const FilterCondition& condition) {
  Filter filter;
  filter.root = FilterNode{FilterNode::Kind::condition, condition, {}};
  FilterScope scope;
  scope.report = "rp";
  TRY_ASSIGN(const auto compiled, compile_filter(connection, filter, scope));
  for (const std::string_view rows :
       {"report_tally rp WHERE rp.reports > 0", "output_death rp WHERE 1 = 1"}) {
    TRY_ASSIGN(auto statement, connection.prepare(fmt::format("SELECT EXISTS (SELECT 1 FROM {} AND {})", rows,
                                                              compiled.sql)));
    compiled.bind_to(statement);
    TRY(statement.step());
    if (statement.boolean(0)) return true;
  }
  return false;
}

Result<void> add_unseen(Connection& connection, const FilterNode& node, std::vector<std::string>& unseen) {
  for (const FilterNode& child : node.children) TRY(add_unseen(connection, child, unseen));
  if (node.kind != FilterNode::Kind::condition || node.condition.op == FilterOp::not_equal) return {};
  TRY_ASSIGN(const auto fields, filter_fields(connection));
  const auto is_named = [&](const std::vector<std::string>& names) {
    return std::find(names.begin(), names.end(), node.condition.field) != names.end();
  };
  if (!is_named(fields.counted) || is_named(fields.parameters) || is_named(fields.facts)) return {};
  TRY_ASSIGN(const bool seen, is_seen(connection, node.condition));
  if (!seen) unseen.push_back(condition_text(node.condition));
  return {};
}

FilterNode in_stored_form(FilterNode node) {
  node.condition = stored_form(node.condition);
  for (FilterNode& child : node.children) child = in_stored_form(std::move(child));
  return node;
}

}  // namespace

Result<void> check_filter_values(Store& store, const Filter& filter) {
  if (!filter.root) return {};
  StoredValues values(store.connection());
  TRY(values.read_names());
  Filter stored = filter;
  stored.root = in_stored_form(*filter.root);
  return check_filter_values(stored, [&](const std::string& field) { return values.of(field); });
}

Result<std::vector<std::string>> unseen_evidence(Store& store, const Filter& filter) {
  std::vector<std::string> unseen;
  if (filter.root) TRY(add_unseen(store.connection(), *filter.root, unseen));
  return unseen;
}

}  // namespace faultline

// Store: labels, and counts from elsewhere.

#include "db/sqlite/json_text.h"
#include "db/store/store_impl.h"

namespace faultline {
namespace {

Result<void> append_label(StoreImpl& parts, std::string_view key, std::string_view word, WallTime at,
                          bool removed) {
  if (word.empty()) return fail(ErrorKind::invalid_argument, "a label needs a word");
  TRY_ASSIGN(auto scope, WriteScope::begin(parts));
  const std::string at_text = format_utc_precise(at);
  TRY_ASSIGN(auto statement,
             parts.connection.prepare("INSERT OR IGNORE INTO label (target, word, at, is_removed) "
                                      "VALUES (?, ?, ?, ?)"));
  TRY(statement.with(key, word, at_text, removed).run());
  return scope.commit();
}

}  // namespace

Result<void> Store::add_label(std::string_view key, std::string_view word, WallTime at) {
  return append_label(*parts_, key, word, at, false);
}

Result<void> Store::remove_label(std::string_view key, std::string_view word, WallTime at) {
  return append_label(*parts_, key, word, at, true);
}

Result<void> Store::add_imported_counts(std::span<const ImportedCount> counts) {
  for (const ImportedCount& count : counts) {
    if (count.trials < 0 || count.crashed < 0 || count.crashed > count.trials) {
      return fail(ErrorKind::invalid_argument,
                  "counts from elsewhere: crashed must be between 0 and trials, for " + count.cell.text());
    }
  }
  TRY_ASSIGN(auto scope, WriteScope::begin(*parts_));
  TRY_ASSIGN(auto statement,
             parts_->connection.prepare(
                 "INSERT OR IGNORE INTO imported_count (source, workload, parameters_json, trials, "
                 "crashed) VALUES (?, ?, ?, ?, ?)"));
  for (const ImportedCount& count : counts) {
    std::vector<std::string> parameters;
    for (const auto& [name, value] : count.cell.parameters) {
      parameters.insert(parameters.end(), {name, value.label, std::string(parameter_type_text(value.type))});
    }
    const std::string json = json_array(parameters);
    TRY(statement.with(count.source, count.cell.workload, json, count.trials, count.crashed).run_and_reset());
  }
  return scope.commit();
}

}  // namespace faultline

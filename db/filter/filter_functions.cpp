// The SQL functions that compiled filters call: core/filter's own comparison, on columns.
//
// A condition comes as a bound pointer, which no SQL text can forge; without one they give NULL.

#include <sqlite3.h>

#include "core/model/gpu_error.h"
#include "db/filter/filter_sql.h"
#include "db/sqlite/connection.h"

namespace faultline {
namespace {

constexpr std::size_t kShortestIdPrefix = 4;

const FilterCondition* condition_of(sqlite3_value* value) {
  return static_cast<const FilterCondition*>(sqlite3_value_pointer(value, kFilterConditionType));
}

std::string_view text_of(sqlite3_value* value) {
  const unsigned char* text = sqlite3_value_text(value);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

/// filter_match(value, condition)
void filter_match(sqlite3_context* context, int, sqlite3_value** arguments) {
  const FilterCondition* condition = condition_of(arguments[1]);
  if (condition == nullptr || is_null(arguments[0])) return sqlite3_result_null(context);
  sqlite3_result_int(context, compare_value(text_of(arguments[0]), *condition) ? 1 : 0);
}

/// filter_named(name, value, condition): as filter_match for the value whose name the condition asks for.
void filter_named(sqlite3_context* context, int, sqlite3_value** arguments) {
  const FilterCondition* condition = condition_of(arguments[2]);
  if (condition == nullptr || is_null(arguments[1])) return sqlite3_result_null(context);
  const bool holds =
      text_of(arguments[0]) == condition->field && compare_value(text_of(arguments[1]), *condition);
  sqlite3_result_int(context, holds ? 1 : 0);
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         sqlite3_strnicmp(text.data(), prefix.data(), static_cast<int>(prefix.size())) == 0;
}

bool names_it(std::string_view key, std::string_view name, const std::string& wanted) {
  if (key == wanted || (!name.empty() && name == wanted)) return true;
  return wanted.size() >= kShortestIdPrefix && starts_with_any_case(key, wanted);
}

/// filter_id(key, name, condition): equal means key, beginning of the key, or name; the rest is about the
/// name.
void filter_id(sqlite3_context* context, int, sqlite3_value** arguments) {
  const FilterCondition* condition = condition_of(arguments[2]);
  if (condition == nullptr || is_null(arguments[0])) return sqlite3_result_null(context);
  const std::string_view key = text_of(arguments[0]);
  const std::string_view name = text_of(arguments[1]);
  bool holds = false;
  switch (condition->op) {
    case FilterOp::equal:
    case FilterOp::not_equal:
    case FilterOp::in: {
      for (const std::string& wanted : condition->values) holds = holds || names_it(key, name, wanted);
      if (condition->op == FilterOp::not_equal) holds = !holds;
      break;
    }
    case FilterOp::less:
    case FilterOp::less_equal:
    case FilterOp::greater:
    case FilterOp::greater_equal:
    case FilterOp::contains:
      holds = compare_value(name.empty() ? key : name, *condition);
      break;
  }
  sqlite3_result_int(context, holds ? 1 : 0);
}

/// filter_gpu_error(site text): the error that the text names, NULL where it names none.
void filter_gpu_error(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto found = find_gpu_error(text_of(arguments[0]));
  if (!found) return sqlite3_result_null(context);
  sqlite3_result_text(context, found->data(), static_cast<int>(found->size()), SQLITE_TRANSIENT);
}

}  // namespace

Result<void> register_filter_functions(Connection& connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  sqlite3* database = connection.handle();
  int code = sqlite3_create_function_v2(database, "filter_match", 2, kFlags, nullptr, filter_match, nullptr,
                                        nullptr, nullptr);
  if (code == SQLITE_OK) {
    code = sqlite3_create_function_v2(database, "filter_named", 3, kFlags, nullptr, filter_named, nullptr,
                                      nullptr, nullptr);
  }
  if (code == SQLITE_OK) {
    code = sqlite3_create_function_v2(database, "filter_id", 3, kFlags, nullptr, filter_id, nullptr, nullptr,
                                      nullptr);
  }
  if (code == SQLITE_OK) {
    code = sqlite3_create_function_v2(database, "filter_gpu_error", 1, kFlags, nullptr, filter_gpu_error,
                                      nullptr, nullptr, nullptr);
  }
  if (code != SQLITE_OK) return fail(connection.error(code));
  return {};
}

void CompiledFilter::bind_to(Statement& statement) const {
  for (const auto& condition : bound) statement.bind_pointer(condition.get(), kFilterConditionType);
}

}  // namespace faultline

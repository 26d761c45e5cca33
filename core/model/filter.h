// The filter language of --where, --count, --only, control and compare.
//
//   expression := term { or term }          term   := factor { and factor }
//   factor     := [not] ( "(" expression ")" | field op value | field in "(" value {"," value} ")" )
//   op         := = != < <= > >= ~          value  := bare word | "quoted" | 'quoted'
//
// `~` means contains, without regard to case. Bare words end at spaces, commas and parentheses.
// Here is only the grammar: what a field means is decided by whoever evaluates the tree.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace faultline {

enum class FilterOp { equal, not_equal, less, less_equal, greater, greater_equal, contains, in };

struct FilterCondition {
  std::string field;
  FilterOp op = FilterOp::equal;
  std::vector<std::string> values;  ///< One, but for `in`.
  std::size_t field_at = 0;         ///< Byte position in the text, for messages.
};

/// A tree; exactly one of the kinds is set.
struct FilterNode {
  enum class Kind { condition, all_of, any_of, none_of };
  Kind kind = Kind::condition;
  FilterCondition condition;         ///< Kind::condition
  std::vector<FilterNode> children;  ///< the others; none_of has one.
};

struct Filter {
  std::string text;                ///< As given.
  std::optional<FilterNode> root;  ///< Absent: everything passes.
};

/// Reads `text`. Empty text gives a filter that passes everything. On a mistake the message holds the
/// text, a caret under the place, and what was expected there.
Result<Filter> parse_filter(std::string_view text);

/// `value` as a filter has it, whatever is in it: in double quotes, with what they hold escaped.
std::string filter_quoted(std::string_view value);
/// As a person writes it: `threads in (8,16)`.
std::string condition_text(const FilterCondition& condition);

/// The same form of message for evaluators that meet an unknown field or a bad value.
Error filter_error(const Filter& filter, std::size_t at, std::string_view message);

/// The fields that its conditions ask for.
std::set<std::string> fields_of(const Filter& filter);

/// How a field compares with `condition`; an error where the field is unknown.
using FilterEvaluator = std::function<Result<bool>(const FilterCondition&)>;

/// Walks the tree with `evaluator`, short-circuiting as usual.
Result<bool> evaluate_filter(const Filter& filter, const FilterEvaluator& evaluator);

/// Compares a value with a condition: as numbers where both sides are numbers, else as text.
bool compare_value(std::string_view value, const FilterCondition& condition);

/// Empty text gives nullopt; a mistake names the option.
Result<std::optional<Filter>> parse_optional_filter(const std::string& option, const std::string& text);
/// Whether compare_value() takes `text` for a number: `8`, `-1.5e3`, `0x5c8`.
bool is_filter_number(std::string_view text);

}  // namespace faultline

#include "core/model/filter_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/text/nearest_name.h"

namespace faultline {
namespace {

constexpr std::size_t kShortestPrefix = 4;
constexpr std::size_t kMostShown = 12;

bool is_order(FilterOp op) {
  return op == FilterOp::less || op == FilterOp::less_equal || op == FilterOp::greater ||
         op == FilterOp::greater_equal;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  FilterCondition same{{}, FilterOp::contains, {std::string(prefix)}, 0};
  return compare_value(text.substr(0, prefix.size()), same);
}

bool occurs(const KnownValues& known, FilterOp op, const std::string& wanted) {
  const FilterCondition one{{}, op == FilterOp::contains ? op : FilterOp::equal, {wanted}, 0};
  return std::any_of(known.values.begin(), known.values.end(), [&](const std::string& value) {
    if (compare_value(value, one)) return true;
    return known.by_prefix && op != FilterOp::contains && wanted.size() >= kShortestPrefix &&
           starts_with_any_case(value, wanted);
  });
}

std::string values_text(const KnownValues& known) {
  if (known.values.empty()) return "nothing here has one";
  const auto shown = std::min(kMostShown, known.values.size());
  const std::vector<std::string> first(known.values.begin(),
                                       known.values.begin() + static_cast<std::ptrdiff_t>(shown));
  const std::string_view title = known.is_vocabulary        ? "its words are"
                                 : known.values.size() == 1 ? "its only value is"
                                                            : "its values are";
  std::string text = fmt::format("{} {}", title, fmt::join(first, ", "));
  if (shown < known.values.size()) text += fmt::format(" and {} more", known.values.size() - shown);
  return text;
}

std::string near_text(const KnownValues& known, std::string_view wanted) {
  const std::vector<std::string_view> names(known.values.begin(), known.values.end());
  // Of numbers none is near another by its digits.
  const auto near = is_filter_number(wanted) ? std::nullopt : nearest_name(wanted, names);
  return near ? fmt::format("; did you mean {}?", *near) : std::string();
}

/// What is wrong with asking `field` for `wanted`; nullopt if nothing is.
std::optional<std::string> mistake_in(const FilterCondition& condition, const KnownValues& known,
                                      const std::string& wanted) {
  const bool all_numbers =
      known.is_number ||
      (!known.values.empty() && std::all_of(known.values.begin(), known.values.end(), is_filter_number));
  if (known.is_number || is_order(condition.op)) {
    if (!all_numbers || is_filter_number(wanted) || condition.op == FilterOp::contains) return std::nullopt;
    return fmt::format("{} is a number, not \"{}\"", condition.field, wanted);
  }
  if (occurs(known, condition.op, wanted)) return std::nullopt;
  return fmt::format("{} is never \"{}\"{} ({})", condition.field, wanted, near_text(known, wanted),
                     values_text(known));
}

Result<void> check_node(const Filter& filter, const FilterNode& node, const ValueLookup& lookup) {
  if (node.kind != FilterNode::Kind::condition) {
    for (const FilterNode& child : node.children) TRY(check_node(filter, child, lookup));
    return {};
  }
  const FilterCondition& condition = node.condition;
  TRY_ASSIGN(const auto known, lookup(condition.field));
  if (!known) return {};
  for (const std::string& wanted : condition.values) {
    if (const auto mistake = mistake_in(condition, *known, wanted))
      return fail(filter_error(filter, condition.field_at, *mistake));
  }
  return {};
}

}  // namespace

Result<void> check_filter_values(const Filter& filter, const ValueLookup& known) {
  if (!filter.root) return {};
  return check_node(filter, *filter.root, known);
}

}  // namespace faultline

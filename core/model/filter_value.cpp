#include <cstdint>
#include <cstdlib>

#include "core/model/filter.h"
#include "core/text/ascii.h"

namespace faultline {
namespace {

/// A number as people write it; integers are kept exact over the whole range of addresses.
struct Number {
  bool is_integer = false;
  bool negative = false;
  std::uint64_t magnitude = 0;  // If is_integer.
  double value = 0.0;
};

std::optional<std::uint64_t> parse_magnitude(std::string_view digits) {
  const bool hexadecimal = digits.size() > 2 && digits[0] == '0' && to_lower(digits[1]) == 'x';
  const std::uint64_t base = hexadecimal ? 16 : 10;
  if (hexadecimal) digits.remove_prefix(2);
  if (digits.empty()) return std::nullopt;
  std::uint64_t out = 0;
  for (const char c : digits) {
    std::uint64_t digit = 16;
    if (is_digit(c)) digit = static_cast<std::uint64_t>(c - '0');
    if (to_lower(c) >= 'a' && to_lower(c) <= 'f') digit = static_cast<std::uint64_t>(to_lower(c) - 'a') + 10;
    if (digit >= base || out > (UINT64_MAX - digit) / base) return std::nullopt;
    out = out * base + digit;
  }
  return out;
}

/// Digits with at most one point and an exponent: strtod alone would take `nan`, ` 1` and `0x1p3`.
bool looks_decimal(std::string_view text) {
  std::size_t i = 0;
  std::size_t digits = 0;
  for (; i < text.size() && is_digit(text[i]); ++i) ++digits;
  if (i < text.size() && text[i] == '.') {
    for (++i; i < text.size() && is_digit(text[i]); ++i) ++digits;
  }
  if (digits == 0) return false;
  if (i < text.size() && to_lower(text[i]) == 'e') {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const std::size_t exponent_at = i;
    while (i < text.size() && is_digit(text[i])) ++i;
    if (i == exponent_at) return false;
  }
  return i == text.size();
}

std::optional<Number> parse_number(std::string_view text) {
  Number number;
  number.negative = text.starts_with('-');
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (const auto magnitude = parse_magnitude(text)) {
    number.is_integer = true;
    number.magnitude = *magnitude;
    number.value = static_cast<double>(*magnitude);
  } else if (looks_decimal(text)) {
    number.value = std::strtod(std::string(text).c_str(), nullptr);
  } else {
    return std::nullopt;
  }
  if (number.negative) number.value = -number.value;
  if (number.is_integer && number.magnitude == 0) number.negative = false;
  return number;
}

/// -1, 0 or 1.
int compare_numbers(const Number& a, const Number& b) {
  if (!a.is_integer || !b.is_integer) return (a.value > b.value) - (a.value < b.value);
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  const int by_magnitude = (a.magnitude > b.magnitude) - (a.magnitude < b.magnitude);
  return a.negative ? -by_magnitude : by_magnitude;
}

int compare_texts(std::string_view a, std::string_view b) {
  const auto number_a = parse_number(a);
  const auto number_b = parse_number(b);
  if (number_a && number_b) return compare_numbers(*number_a, *number_b);
  const int order = a.compare(b);
  return (order > 0) - (order < 0);
}

}  // namespace

bool is_filter_number(std::string_view text) { return parse_number(text).has_value(); }

bool compare_value(std::string_view value, const FilterCondition& condition) {
  const std::string_view wanted = condition.values.empty() ? std::string_view() : condition.values.front();
  switch (condition.op) {
    case FilterOp::equal:
      return compare_texts(value, wanted) == 0;
    case FilterOp::not_equal:
      return compare_texts(value, wanted) != 0;
    case FilterOp::less:
      return compare_texts(value, wanted) < 0;
    case FilterOp::less_equal:
      return compare_texts(value, wanted) <= 0;
    case FilterOp::greater:
      return compare_texts(value, wanted) > 0;
    case FilterOp::greater_equal:
      return compare_texts(value, wanted) >= 0;
    case FilterOp::contains:
      return contains_ignoring_case(value, wanted);
    case FilterOp::in:
      for (const std::string& one : condition.values) {
        if (compare_texts(value, one) == 0) return true;
      }
      return false;
  }
  return false;
}

}  // namespace faultline

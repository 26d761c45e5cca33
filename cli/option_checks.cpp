#include "cli/option_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/text/leading_number.h"
#include "core/text/nearest_name.h"

namespace faultline {
namespace {

std::optional<double> decimal_in(const std::string& text) {
  const auto number = leading_number(text);
  return number && number->rest.empty() ? std::optional(number->value) : std::nullopt;
}

std::optional<std::int64_t> number_in(const std::string& text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace

CLI::Validator positive_number() {
  return {[](std::string& text) {
            if (number_in(text).value_or(0) >= 1) return std::string();
            return fmt::format("\"{}\" is not a whole number of at least 1", text);
          },
          "POSITIVE"};
}

CLI::Validator number_between(double least, double most) {
  return {[least, most](std::string& text) {
            const auto number = decimal_in(text);
            if (number && *number >= least && *number <= most) return std::string();
            return fmt::format("\"{}\" is not a number from {} to {}", text, least, most);
          },
          fmt::format("FROM {} TO {}", least, most)};
}

CLI::Validator one_of(std::vector<std::string> words) {
  std::string description = fmt::format("{{{}}}", fmt::join(words, ","));
  return {[words = std::move(words)](std::string& text) {
            if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
            const std::vector<std::string_view> names(words.begin(), words.end());
            const auto near = nearest_name(text, names);
            return fmt::format("\"{}\" is none of {}{}", text, fmt::join(words, ", "),
                               near ? fmt::format("; did you mean {}?", *near) : std::string());
          },
          std::move(description)};
}

}  // namespace faultline

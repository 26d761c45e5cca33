#include "db/filter/trial_fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text/duration.h"

namespace faultline {
namespace {

std::string signal_word(std::string word) {
  const bool letters = !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (!letters || is_filter_number(word)) return word;
  for (char& c : word) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return word.starts_with("SIG") ? word : "SIG" + word;
}

std::string seconds_text(std::string word) {
  const auto duration = parse_duration(word);
  if (!duration) return word;
  return fmt::format("{}", std::chrono::duration<double>(*duration).count());
}

}  // namespace

std::string trial_field_sql(std::string_view field, std::string_view alias) {
  if (field == "trial") return fmt::format("{}.trial_index", alias);
  if (field == "duration") return fmt::format("{}.duration_ns / 1e9", alias);
  if (field == "exit_code") return fmt::format("{}.exit_code", alias);
  if (field == "signal") return fmt::format("{}.term_signal_name", alias);
  return {};
}

FilterCondition stored_form(const FilterCondition& condition) {
  FilterCondition stored = condition;
  for (std::string& value : stored.values) {
    if (condition.field == "duration") value = seconds_text(std::move(value));
    if (condition.field == "signal" && condition.op != FilterOp::contains)
      value = signal_word(std::move(value));
  }
  return stored;
}

}  // namespace faultline

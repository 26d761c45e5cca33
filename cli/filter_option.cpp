#include "cli/filter_option.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/terminal.h"
#include "db/filter/filter_values.h"
#include "db/queries.h"

namespace faultline {
namespace {

Result<void> check_values(Store& store, bool allow_empty, const std::string& option, const Filter& filter) {
  if (allow_empty) return {};
  auto checked = check_filter_values(store, filter);
  if (!checked) return fail(checked.error().add_context(option));
  return {};
}

Result<void> warn_of_unseen(Store& store, const std::string& option, const Filter& filter) {
  TRY_ASSIGN(const auto unseen, unseen_evidence(store, filter));
  for (const std::string& condition : unseen)
    print_error(fmt::format("warning: {}: no crash in the store has {}", option, condition));
  return {};
}

}  // namespace

void add_allow_empty(CLI::App& command, bool& allow_empty) {
  command.add_flag("--allow-empty", allow_empty, "A value in a filter that occurs nowhere is no mistake");
}

Result<std::optional<Filter>> read_filter(Store& store, bool allow_empty, const std::string& option,
                                          const std::string& text) {
  TRY_ASSIGN(auto filter, parse_optional_filter(option, text));
  if (filter) TRY(check_values(store, allow_empty, option, *filter));
  return filter;
}

Result<std::optional<Filter>> read_report_filter(Store& store, bool allow_empty, const std::string& option,
                                                 const std::string& text) {
  TRY_ASSIGN(auto filter, read_filter(store, allow_empty, option, text));
  if (filter) TRY(warn_of_unseen(store, option, *filter));
  return filter;
}

Result<Filter> read_count(Store& store, bool allow_empty, const std::string& text) {
  auto count = parse_count(text);
  if (!count) return fail(count.error().add_context("--count"));
  TRY(check_values(store, allow_empty, "--count", *count));
  TRY(warn_of_unseen(store, "--count", *count));
  return count;
}

}  // namespace faultline

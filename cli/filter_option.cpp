#include "cli/filter_option.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/terminal.h"
#include "db/filter/filter_values.h"
#include "db/queries.h"

namespace faultline {
namespace {

Result<void> check_filter(Store& store, const CommandContext& context, const std::string& option,
                          const Filter& filter) {
  if (!context.allow_empty) {
    if (auto checked = check_filter_values(store, filter); !checked)
      return fail(checked.error().add_context(option));
  }
  TRY_ASSIGN(const auto unseen, unseen_evidence(store, filter));
  for (const std::string& condition : unseen)
    print_error(fmt::format("warning: {}: no crash in the store has {}", option, condition));
  return {};
}

}  // namespace

void add_allow_empty(CLI::App& command, CommandContext& context) {
  command.add_flag("--allow-empty", context.allow_empty,
                   "A value in a filter that occurs nowhere is no mistake");
}

Result<std::optional<Filter>> read_filter(Store& store, const CommandContext& context,
                                          const std::string& option, const std::string& text) {
  TRY_ASSIGN(auto filter, parse_optional_filter(option, text));
  if (filter) TRY(check_filter(store, context, option, *filter));
  return filter;
}

Result<Filter> read_count(Store& store, const CommandContext& context, const std::string& text) {
  auto count = parse_count(text);
  if (!count) return fail(count.error().add_context("--count"));
  TRY(check_filter(store, context, "--count", *count));
  return count;
}

}  // namespace faultline

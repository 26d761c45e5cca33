// `faultline merge`: takes in what other stores have.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

Result<ExitStatus> merge(const std::vector<std::string>& others, const CommandContext& context) {
  TRY_ASSIGN(auto store, open_or_create_store(context));
  for (const auto& other : others) {
    auto merged = store.merge_from(other);
    if (!merged) return fail(merged.error().add_context("while merging " + other));
    print(fmt::format("{}: {} new runs, {} trials, {} reports, {} raw forms, {} labels\n", other,
                      merged->runs, merged->trials, merged->reports, merged->raw_forms, merged->labels));
  }
  return ExitStatus::done;
}

}  // namespace

void add_merge_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("merge", "Take in all that other stores have: a union, in any order");
  auto others = std::make_shared<std::vector<std::string>>();
  command->add_option("stores", *others, "Stores to take from; they are only read")
      ->required()
      ->type_name("OTHER.db");
  add_shared_options(*command, context);
  command->footer("Example: faultline merge --db all.db studio.db mini.db");
  command->callback(
      [&context, others] { context.action = [&context, others] { return merge(*others, context); }; });
}

}  // namespace faultline

// `faultline status`: what a running campaign does, from the store and the run's own small file.

#include <CLI/CLI.hpp>

#include "app/report/run_status.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

Result<ExitStatus> show_status(const CommandContext& context) {
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto status, campaign_status(store, context.db_path()));
  if (table_format(context) != TableFormat::text) return print_table(status_table(status.runs), context);
  if (!status.any_running) note(context, "No campaign is running; this is the newest run.");
  print(status_text(status.runs));
  return ExitStatus::done;
}

}  // namespace

void add_status_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand(
      "status", "What a running campaign does: trial, time left, last crash, control, disk");
  add_table_options(*command, context);
  command->footer(
      "Reads the store and the run's own state, and disturbs neither. Without a running campaign it shows "
      "the\n"
      "newest run. `left behind` is a run whose harness was killed.\n\n"
      "Example: faultline status --db nightly.db");
  command->callback([&context] { context.action = [&context] { return show_status(context); }; });
}

}  // namespace faultline

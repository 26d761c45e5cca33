// `faultline export`: one run as a store of its own that nobody changes any more.

#include <CLI/CLI.hpp>

#include "app/report/export_run.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

struct ExportFlags {
  std::string run = "last";
  std::string file;
};

Result<ExitStatus> export_one(const ExportFlags& flags, const CommandContext& context) {
  TRY(check_nothing_is_there(flags.file));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto run, store.run(flags.run));
  TRY(export_run(store, run, flags.file));
  print(flags.file + "\n");
  return ExitStatus::done;
}

}  // namespace

void add_export_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("export", "One run as a store of its own, read-only");
  auto flags = std::make_shared<ExportFlags>();
  command->add_option("file", flags->file, "Store to make; must not be there")->required()->type_name("FILE");
  command->add_option("--run", flags->run, "A run's UUID or unique prefix; else the last one")
      ->type_name("RUN");
  add_shared_options(*command, context);
  command->footer(
      "With its trials, every report byte for byte, what was derived from it, and the labels of its sites: "
      "all "
      "that merge would\ntake of this run.\n\n"
      "Example: faultline export night-2025-12-21.db --run 5f1c09aa");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return export_one(*flags, context); }; });
}

}  // namespace faultline

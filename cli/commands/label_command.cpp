// `faultline label`: a person's word on a site or family.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/ingest/site_labels.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"

namespace faultline {
namespace {

struct LabelFlags {
  std::string site;
  std::string word;
  bool remove = false;
};

Result<ExitStatus> label(const LabelFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(auto store, open_store_to_change(context));
  const auto change = flags.remove ? LabelChange::remove : LabelChange::add;
  TRY_ASSIGN(const auto keys, change_labels(store, flags.site, flags.word, change, SystemClock().wall()));
  for (const auto& key : keys) {
    note(context, fmt::format("{} {} {} {}", flags.remove ? "Removed" : "Labelled", key,
                              flags.remove ? "from" : "as", flags.word));
  }
  return ExitStatus::done;
}

}  // namespace

void add_label_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("label", "Put a word on crash sites: known, FB13579, fixed-in=25A354");
  auto flags = std::make_shared<LabelFlags>();
  command->add_option("site", flags->site, "Key or unique prefix of a site or family, a label, or site~text")
      ->required()
      ->type_name("SITE");
  command->add_option("word", flags->word, "The label")->required()->type_name("WORD");
  command->add_flag("--remove", flags->remove, "Take the word away again");
  add_shared_options(*command, context);
  command->footer("Example: faultline label site~setComputePipelineState known");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return label(*flags, context); }; });
}

}  // namespace faultline

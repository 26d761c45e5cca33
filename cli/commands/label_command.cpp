// `faultline label`: a person's word on a site or family.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "db/queries.h"

namespace faultline {
namespace {

struct LabelFlags {
  std::string site;
  std::string word;
  bool remove = false;
};

Result<ExitStatus> label(const LabelFlags& flags, const CommandContext& context) {
  if (flags.word.empty() || flags.word.find_first_of(" \t\n") != std::string::npos) {
    return fail(ErrorKind::invalid_argument,
                "a label is one word without blanks, such as known, FB13579 or fixed-in=25A354");
  }
  TRY_ASSIGN(auto store, open_store_to_change(context));
  TRY_ASSIGN(const auto keys, resolve_site(store, flags.site));
  const auto now = SystemClock().wall();
  for (const auto& key : keys) {
    TRY(flags.remove ? store.remove_label(key, flags.word, now) : store.add_label(key, flags.word, now));
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

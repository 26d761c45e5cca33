// `faultline feedback`: the attachment of a bug form for one or several sites.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "app/bundle/feedback_writing.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"

namespace faultline {
namespace {

struct FeedbackFlags {
  FeedbackRequest wanted;
  std::string against;
};

void print_written(const WrittenFeedback& written, bool originals, const CommandContext& context) {
  for (const auto& line : written.searched) note(context, line);
  if (originals)
    note(context, "originals/ holds the reports as they came, with everything private in them: not searched");
  const auto& folder = written.place.folder;
  print(folder.string() + "\n");
  if (written.place.zip) print(folder.string() + ".zip\n");
  if (written.open.empty()) return;
  note(context,
       fmt::format("open in {}: {}", (folder / written.prose_file).string(), fmt::join(written.open, ", ")));
}

Result<ExitStatus> feedback(FeedbackFlags& flags, const CommandContext& context) {
  TRY_ASSIGN(flags.wanted.evidence.rules, load_user_rules(context));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  std::optional<Store> against;
  if (!flags.against.empty()) {
    TRY_ASSIGN(against, Store::open(flags.against, OpenMode::read_only));
  }
  TRY_ASSIGN(const auto written, write_feedback(store, against, flags.wanted,
                                                [&](std::string_view part) { note(context, part); }));
  print_written(written, flags.wanted.originals, context);
  return ExitStatus::done;
}

}  // namespace

void add_feedback_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("feedback", "Write the attachment of a bug form, with nothing private in it");
  auto flags = std::make_shared<FeedbackFlags>();
  command->add_option("site", flags->wanted.evidence.sites, "Key or unique prefix, a label, or site~text")
      ->required()
      ->type_name("SITE");
  command->add_option("--out", flags->wanted.out, "Folder to write; else feedback-KEY here")
      ->type_name("FOLDER");
  command->add_flag("--zip", flags->wanted.zip, "Also FOLDER.zip");
  command->add_flag("--family", flags->wanted.evidence.family,
                    "The sites' whole families, across GPUs and builds");
  command->add_option("--reports", flags->wanted.evidence.reports, "Reports of each site")
      ->check(number_between(1, 100))
      ->type_name("N");
  command->add_flag("--originals", flags->wanted.originals,
                    "Also the untouched reports: these are not scrubbed");
  command
      ->add_option("--attach", flags->wanted.attachments,
                   "A file or folder to add as it is: models, proofs, notes")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  command
      ->add_option("--source", flags->wanted.sources,
                   "The workload's source, a file or folder; scripts are found by themselves")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::ExistingPath)
      ->type_name("PATH");
  command->add_option("--against", flags->against, "An earlier store: also write whether it still reproduces")
      ->check(CLI::ExistingFile)
      ->type_name("OTHER.db");
  command
      ->add_option("--templates", flags->wanted.templates,
                   "Folder with your own FEEDBACK.md, FEEDBACK.txt, FOLLOW-UP.txt")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER");
  command->add_flag("--final", flags->wanted.final, "Fail while a placeholder is open");
  add_rules_option(*command, context);
  add_shared_options(*command, context);
  command->footer(
      "A person's words stand in feedback.toml in the folder; they are kept when the rest is made anew.\n"
      "Every file is searched for what was masked and for this host's names; a hit leaves nothing behind.\n\n"
      "Example: faultline feedback 3f9c0a --reports 3 --zip --out setComputePipelineState");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return feedback(*flags, context); }; });
}

}  // namespace faultline

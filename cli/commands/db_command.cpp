// `faultline db`: the store itself, checked, repaired, copied, made small.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "app/doctor/store_health.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "core/text/text_escape.h"
#include "db/store/store_care.h"

namespace faultline {
namespace {

void print_problems(const std::vector<StoreProblem>& problems) {
  for (const auto& one : problems) {
    print(escape_line(fmt::format("{}: {}: {}", one.kind, one.where, one.message)) + "\n");
  }
}

Result<ExitStatus> check(const CommandContext& context) {
  TRY(require_store(context.db_path()));
  const auto problems = check_store(context.db_path());
  if (context.format == "json") {
    print(store_check_json(problems));
  } else {
    print_problems(problems);
    if (problems.empty()) print("No problems found.\n");
  }
  if (problems.empty()) return ExitStatus::done;
  note(context, "faultline db repair OUT makes a new store of all that can be read");
  return ExitStatus::failed;
}

Result<ExitStatus> repair(const std::string& out, const CommandContext& context) {
  TRY(require_store(context.db_path()));
  TRY_ASSIGN(const auto done, repair_store(context.db_path(), out));
  if (context.format == "json") {
    print(store_repair_json(done));
  } else {
    print_problems(done.lost);
    print(fmt::format("{} rows saved to {}; {} losses\n", done.rows, out, done.lost.size()));
  }
  return done.lost.empty() ? ExitStatus::done : ExitStatus::partial;
}

Result<ExitStatus> back_up(const std::string& out, const CommandContext& context) {
  TRY(require_store(context.db_path()));
  TRY(back_up_store(context.db_path(), out));
  print(out + "\n");
  return ExitStatus::done;
}

Result<ExitStatus> vacuum(const CommandContext& context) {
  TRY(require_store(context.db_path()));
  TRY(vacuum_store(context.db_path()));
  return ExitStatus::done;
}

CLI::App* add_verb(CLI::App& db, CommandContext& context, const char* name, const char* what,
                   const std::vector<std::string>& formats) {
  auto* verb = db.add_subcommand(name, what);
  add_shared_options(*verb, context, formats);
  return verb;
}

}  // namespace

void add_db_command(CLI::App& app, CommandContext& context) {
  auto* db = app.add_subcommand("db", "Check, repair, back up or compact the store itself");
  db->require_subcommand(1);
  auto out = std::make_shared<std::string>();
  auto* checked = add_verb(*db, context, "check", "Is it whole: structure, references, raw reports, tallies",
                           {"text", "json"});
  checked->footer("Exits with 1 where something is wrong.\n\nExample: faultline db check --format json");
  checked->callback([&context] { context.action = [&context] { return check(context); }; });
  auto* repaired = add_verb(*db, context, "repair", "A new store of all that can be read", {"text", "json"});
  repaired->add_option("out", *out, "The new store; must not exist")->required()->type_name("OUT");
  repaired->footer(
      "The damaged store is only read. What is lost is listed, and the exit status is 3.\n\n"
      "Example: faultline db repair repaired.db --db nightly.db");
  repaired->callback([&context, out] { context.action = [&context, out] { return repair(*out, context); }; });
  auto* copied = add_verb(*db, context, "backup", "A whole copy, also while a run writes", {"text"});
  copied->add_option("out", *out, "The copy; must not exist")->required()->type_name("OUT");
  copied->footer("Example: faultline db backup friday.db --db nightly.db");
  copied->callback([&context, out] { context.action = [&context, out] { return back_up(*out, context); }; });
  auto* compacted = add_verb(*db, context, "vacuum", "Give unused space back to the disk", {"text"});
  compacted->footer("Example: faultline db vacuum --db nightly.db");
  compacted->callback([&context] { context.action = [&context] { return vacuum(context); }; });
}

}  // namespace faultline

// `faultline reanalyze`: derives everything again from the raw reports, and says where a site changed.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analyzer/symbolize/symbolize_report.h"
#include "app/ingest/reanalysis.h"
#include "app/ingest/symbol_search.h"
#include "cli/commands.h"
#include "cli/live_line.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/process/this_program.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

std::string site_line(char sign, const std::string& key, const std::string& text) {
  return key.empty() ? fmt::format("  {} no site\n", sign)
                     : fmt::format("  {} {} {}\n", sign, key, escape_line(text));
}

std::string counts_text(const ReanalysisCounts& counts) {
  std::string text = fmt::format("{} report{} derived again", counts.reports, counts.reports == 1 ? "" : "s");
  if (counts.uncaptured > 0) text += fmt::format(", {} crashes without one", counts.uncaptured);
  return text + fmt::format("; {} changed their site", counts.moved);
}

Result<ExitStatus> reanalyze(const CommandContext& context) {
  TRY_ASSIGN(const auto rules, load_user_rules(context));
  TRY_ASSIGN(auto store, open_store_to_change(context));
  Symbolizer symbolizer(symbolize_options({}));
  const SystemClock clock;
  LiveLine line(context, clock);
  line.show_live(counts_text({}));
  ReanalysisWatcher watcher;
  watcher.moved = [&](const MovedSite& site) {
    line.clear();
    print(escape_line(site.what) + "\n" + site_line('-', site.old_key, site.old_text) +
          site_line('+', site.new_key, site.new_text));
  };
  watcher.damaged = [&](const std::string& incident, const std::string& why) {
    line.clear();
    print_error(fmt::format("report {}: {}; faultline db check says more", incident, why));
  };
  watcher.progress = [&](const ReanalysisCounts& counts) {
    if (line.due()) line.show_live(counts_text(counts));
  };
  AnalysisChild child(this_program());
  TRY_ASSIGN(const auto counts, reanalyze_store(store, rules, symbolizer, child, watcher));
  line.clear();
  store.optimize();
  note(context, counts_text(counts));
  return counts.damaged == 0 ? ExitStatus::done : ExitStatus::partial;
}

}  // namespace

void add_reanalyze_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand(
      "reanalyze", "Derive everything again from the raw reports; prints old and new sites");
  add_rules_option(*command, context);
  add_shared_options(*command, context);
  command->footer(
      "Each report whose site changed is printed with the old (-) and the new one (+).\n\n"
      "Example: faultline reanalyze --db nightly.db --rules team.rules");
  command->callback([&context] { context.action = [&context] { return reanalyze(context); }; });
}

}  // namespace faultline

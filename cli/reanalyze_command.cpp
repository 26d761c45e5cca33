// `faultline reanalyze`: derives everything again from the raw reports, and says where a site changed.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/intake.h"
#include "cli/open_store.h"
#include "cli/symbol_places.h"
#include "cli/terminal.h"
#include "core/text_escape.h"

namespace faultline {
namespace {

struct Changes {
  std::int64_t reports = 0;
  std::int64_t moved = 0;
};

Result<void> derive_again(Store& store, const StoredReport& stored, Symbolizer& symbolizer,
                          Changes& changes) {
  // Captured reports came with the names of the moment; the archive may know imported ones better by now.
  const auto analysis =
      derive(stored.bytes, stored.origin, stored.origin == ReportOrigin::captured ? nullptr : &symbolizer);
  ++changes.reports;
  if (analysis.site.key != stored.site_key) {
    ++changes.moved;
    print(fmt::format("{}\n  - {} {}\n  + {} {}\n", escape_line(stored.incident), stored.site_key,
                      escape_line(stored.site_text), analysis.site.key, escape_line(analysis.site.text)));
  }
  return store.replace_analysis(stored.incident, analysis);
}

Result<ExitStatus> reanalyze(const CommandContext& context) {
  TRY_ASSIGN(auto store, open_store_to_change(context));
  Symbolizer symbolizer(symbolize_options({}));
  Changes changes;
  TRY(store.for_each_report(
      [&](const StoredReport& stored) { return derive_again(store, stored, symbolizer, changes); }));
  TRY(store.optimize());
  note(context,
       fmt::format("{} reports derived again; {} changed their site", changes.reports, changes.moved));
  return ExitStatus::done;
}

}  // namespace

void add_reanalyze_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand(
      "reanalyze", "Derive everything again from the raw reports; prints old and new sites");
  add_shared_options(*command, context, "");
  command->footer("Example: faultline reanalyze --db nightly.db");
  command->callback([&context] { context.action = [&context] { return reanalyze(context); }; });
}

}  // namespace faultline

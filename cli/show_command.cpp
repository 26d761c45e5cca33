// `faultline show`: one report explained, or one trial with its output.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <system_error>

#include "analyzer/symbolize/disassembly.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "analyzer/derive.h"
#include "app/ingest/ingest.h"
#include "app/report/page_context.h"
#include "app/report/trial_page.h"
#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/symbol_search.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/base/text_escape.h"
#include "core/base/text_file.h"
#include "db/queries.h"
#include "reports/documents/apple_text.h"
#include "reports/documents/crash_json.h"
#include "reports/documents/crash_page.h"

namespace faultline {
namespace {

struct TrialName {
  std::string run;
  std::int64_t index = 0;
};

/// `RUN/INDEX`, RUN being a prefix of a run's UUID or `last`.
std::optional<TrialName> parse_trial_name(const std::string& what) {
  const auto slash = what.find('/');
  if (slash == std::string::npos || slash == 0) return std::nullopt;
  TrialName name{what.substr(0, slash), 0};
  if (name.run.find_first_not_of("0123456789abcdefABCDEF-") != std::string::npos && name.run != "last") {
    return std::nullopt;
  }
  const auto* end = what.data() + what.size();
  const auto [stop, error] = std::from_chars(what.data() + slash + 1, end, name.index);
  if (error != std::errc() || stop != end) return std::nullopt;
  return name;
}

bool is_path(const std::string& what) {
  std::error_code ignored;
  return what == "-" || std::filesystem::exists(what, ignored) || what.starts_with('/') ||
         what.starts_with("./");
}

struct ReportBytes {
  std::string bytes;
  ReportOrigin origin = ReportOrigin::imported;
  std::string incident;     ///< Of a stored report; empty for a file.
  std::string stored_site;  ///< Its key in the store; empty for a file, and where it has none.
  std::string stored_rules;
};

Result<ReportBytes> load_report(const std::string& what, const CommandContext& context) {
  if (is_path(what)) {
    TRY_ASSIGN(auto bytes, what == "-" ? read_stdin() : read_file(what, kKeepLimitBytes));
    return ReportBytes{std::move(bytes), ReportOrigin::imported, {}, {}, {}};
  }
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto incident, store.resolve_report(what));
  TRY_ASSIGN(auto bytes, store.raw_report(incident));
  TRY_ASSIGN(const auto arrival, store.arrival_of(incident));
  TRY_ASSIGN(const auto row, report_row(store, incident));
  return ReportBytes{std::move(bytes), arrival.origin, incident, row.site_key, row.rules_version};
}

struct ShowFlags {
  std::string what;
  std::vector<std::string> symbols;
  bool disassemble = false;
};

/// The instructions around the pc of the crashed thread, from the archive, the given paths, the images'
/// own paths, or the report. Makes nothing.
Result<Disassembly> disassemble_at_pc(const CrashReport& report, const std::vector<std::string>& symbols) {
  const auto thread = report.crashed_thread_index();
  if (!thread || report.threads[*thread].frames.empty()) {
    return fail(ErrorKind::symbols, "the report has no frame of a crashed thread");
  }
  SymbolFinder finder(symbol_places(symbolize_options(symbols)));
  return disassemble_around(report, *thread, 0, finder);
}

Result<void> print_page(const Analysis& analysis, const SiteRules& rules, const std::string& incident,
                        const std::optional<Result<Disassembly>>& disassembly,
                        const CommandContext& context) {
  CrashPageContext page;
  if (!incident.empty()) {
    TRY_ASSIGN(auto store, open_store_to_read(context));
    TRY_ASSIGN(page, page_context(store, incident, analysis, rules));
  }
  if (disassembly && *disassembly) page.disassembly = **disassembly;
  if (disassembly && !*disassembly) page.no_disassembly = disassembly->error().text();
  if (context.format == "html") {
    print(crash_page_html(analysis, page));
  } else {
    print(context.format == "markdown" ? crash_page_markdown(analysis, page)
                                       : crash_page_text(analysis, page));
  }
  return {};
}

/// Other rules or symbols than those that stored it: said, as `sites` counts it elsewhere.
void compare_with_store(const ReportBytes& report, const Analysis& analysis, const CommandContext& context) {
  if (report.stored_site.empty() || report.stored_site == analysis.site.key) return;
  note(context,
       fmt::format(
           "The store has this report at site {} (rules {}), here it is {} (rules {}): show it with the "
           "same --rules and --symbols, or derive the store again with faultline reanalyze",
           report.stored_site, report.stored_rules, analysis.site.key, analysis.rules_version));
}

Result<ExitStatus> show_report(const ShowFlags& flags, const CommandContext& context) {
  const auto& what = flags.what;
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_team_rules(context));
  TRY_ASSIGN(const auto report, load_report(what, context));
  if (context.format == "raw") {
    print(report.bytes);
    return ExitStatus::done;
  }
  // Without --symbols nothing is looked for and nothing is made: not even a cache.
  std::optional<Symbolizer> symbolizer;
  if (!flags.symbols.empty()) symbolizer.emplace(symbolize_options(flags.symbols));
  const auto analysis = derive(report.bytes, report.origin, rules, symbolizer ? &*symbolizer : nullptr);
  compare_with_store(report, analysis, context);
  std::optional<Result<Disassembly>> disassembly;
  if (flags.disassemble) disassembly = disassemble_at_pc(analysis.report, flags.symbols);
  if (context.format == "json") {
    write_crash_json(analysis, disassembly && *disassembly ? std::optional(**disassembly) : std::nullopt,
                     print);
    if (disassembly && !*disassembly) print_error("no instructions: " + disassembly->error().text());
  } else if (context.format == "apple") {
    if (analysis.report.kind == ReportKind::unreadable) {
      return fail(ErrorKind::parse,
                  what + " is no report that could be shown as text; --format raw gives its bytes");
    }
    print(escape_text(render_apple_text(analysis.report)));
  } else {
    TRY(print_page(analysis, rules, report.incident, disassembly, context));
  }
  const bool refused = symbolizer && complain_of_symbols(*symbolizer, flags.symbols, /*all=*/true);
  // A damaged document is shown as far as it goes; the status says that it was.
  const auto& issues = analysis.report.issues;
  if (issues.empty()) return refused ? ExitStatus::partial : ExitStatus::done;
  print_error(what + ": " + issue_summary(issues, issues.size()));
  return ExitStatus::partial;
}

Result<ExitStatus> show_trial(const TrialName& name, const CommandContext& context) {
  if (context.format != "analysis" && !context.format.empty() && context.format != "json") {
    return fail(ErrorKind::invalid_argument, "a trial is shown with --format analysis or json");
  }
  TRY_ASSIGN(const auto rules, load_team_rules(context));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto run, store.run(name.run));
  TRY_ASSIGN(const auto trial, store.find_trial(run.uuid, name.index));
  if (!trial) {
    return fail(ErrorKind::invalid_argument, fmt::format("run {} has no trial {}; see faultline list trials",
                                                         run.uuid.text(), name.index));
  }
  const auto folder = std::filesystem::path(context.db_path().string() + ".trials") / run.uuid.text() /
                      std::to_string(name.index);
  const auto site = derive_output_site(*trial, rules);
  print(context.format == "json" ? trial_json(run, *trial, site) : trial_page(run, *trial, folder, site));
  return ExitStatus::done;
}

Result<ExitStatus> show(const ShowFlags& flags, const CommandContext& context) {
  const auto trial = is_path(flags.what) ? std::nullopt : parse_trial_name(flags.what);
  if (flags.disassemble && (trial || context.format == "apple" || context.format == "raw")) {
    return fail(ErrorKind::invalid_argument,
                "--disassemble goes with a report and --format analysis, markdown or json");
  }
  if (trial) return show_trial(*trial, context);
  return show_report(flags, context);
}

}  // namespace

void add_show_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("show", "Explain one report, or show one trial with its output");
  auto flags = std::make_shared<ShowFlags>();
  command
      ->add_option("what", flags->what,
                   "A file, an incident or its unique prefix, `last`, or a trial as RUN/INDEX")
      ->required()
      ->type_name("WHAT");
  add_rules_option(*command, context);
  add_shared_options(*command, context, "analysis,markdown,html,apple,json,raw");
  command->footer(
      "Formats: analysis (explained), markdown and html (the same), apple (the text that macOS itself "
      "shows),\n"
      "json, raw (the original bytes). A file is shown without any store.\n\n"
      "Example: faultline show crash.ips");
  command->add_option("--symbols", flags->symbols, "Name frames from these symbol files or folders, too")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("PATH");
  command->add_flag("--disassemble", flags->disassemble,
                    "Show the instructions around the pc, from the image's file or the report's own bytes");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return show(*flags, context); }; });
}

}  // namespace faultline

// `faultline show`: one report explained, one trial with its output, one crash site, one run.

#include <CLI/CLI.hpp>

#include "analyzer/analyze.h"
#include "analyzer/parse/split_reports.h"
#include "app/ingest/ingest.h"
#include "app/ingest/symbol_search.h"
#include "app/report/page_context.h"
#include "app/report/run_page.h"
#include "app/report/show_target.h"
#include "app/report/shown_report.h"
#include "app/report/site_page.h"
#include "app/report/trial_page.h"
#include "cli/commands.h"
#include "cli/near_file.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "cli/user_rules.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"
#include "reports/documents/apple_text.h"
#include "reports/documents/crash_brief.h"
#include "reports/documents/crash_json.h"
#include "reports/documents/crash_page.h"
#include "reports/documents/document_writers.h"

namespace faultline {
namespace {

struct ShowFlags {
  std::string what;
  std::vector<std::string> symbols;
  bool disassemble = false;
  bool full = false;
  std::string run;
};

/// A screen, unless all was asked for.
std::string page_text(const Analysis& analysis, const CrashPageContext& page, const ShowFlags& flags) {
  const auto width = static_cast<std::size_t>(output_width());
  return flags.full || flags.disassemble ? crash_page_text(analysis, page)
                                         : crash_brief_text(analysis, page, width);
}

Result<void> print_page(const Analysis& analysis, const SiteRules& rules, const std::string& incident,
                        const std::optional<Result<Disassembly>>& disassembly, const ShowFlags& flags,
                        const CommandContext& context) {
  CrashPageContext page;
  if (!incident.empty()) {
    TRY_ASSIGN(auto store, open_store_to_read(context));
    TRY_ASSIGN(page, page_context(store, incident, analysis, rules));
  } else if (flags.what != "-") {
    page.shown_as = shell_quoted(flags.what);
  }
  if (disassembly && *disassembly) page.disassembly = **disassembly;
  if (disassembly && !*disassembly) page.no_disassembly = disassembly->error().text();
  if (context.format == "html") {
    print(crash_page_html(analysis, page));
  } else {
    print(context.format == "markdown" ? crash_page_markdown(analysis, page)
                                       : page_text(analysis, page, flags));
  }
  return {};
}

Result<ReportBytes> load_report(const std::string& what, const CommandContext& context) {
  if (names_a_file(what)) {
    if (what != "-") TRY(check_is_there(what));
    return report_of_file(what);
  }
  TRY_ASSIGN(auto store, open_store_to_read(context));
  return report_of_store(store, what);
}

/// The text that macOS shows; of what is no crash, the document is that text.
Result<std::string> apple_text(const Analysis& analysis, std::string_view document, const std::string& what) {
  const CrashReport& report = analysis.report;
  if (report.kind == ReportKind::unreadable) {
    return fail(ErrorKind::parse,
                what + " is no report that could be shown as text; --format raw gives its bytes");
  }
  const bool has_crash_text = report.kind == ReportKind::crash || report.kind == ReportKind::non_fatal ||
                              (!report.threads.empty() && !report.from_text);
  if (has_crash_text) return render_apple_text(report);
  const auto& event = report.system_event;
  if (!report.from_text && event && event->panic_string) return *event->panic_string + "\n";
  return std::string(document);
}

Result<void> print_reports(const std::vector<Analysis>& analyses, const ReportBytes& report,
                           const SiteRules& rules, const ShowFlags& flags, const CommandContext& context) {
  std::optional<Result<Disassembly>> disassembly;
  if (flags.disassemble) disassembly = disassemble_at_pc(analyses.front().report, flags.symbols);
  if (context.format == "json") {
    CrashJsonOptions options;
    if (disassembly && *disassembly) options.disassembly = **disassembly;
    options.full = flags.full;
    write_crash_json_of_all(analyses, options, print);
    if (disassembly && !*disassembly) print_error("no instructions: " + disassembly->error().text());
    return {};
  }
  const auto pieces = split_reports(report.bytes);
  for (std::size_t i = 0; i < analyses.size(); ++i) {
    if (i > 0) print("\n");
    if (context.format == "apple") {
      TRY_ASSIGN(const auto text, apple_text(analyses[i], pieces[i], flags.what));
      print(escape_text(text));
    } else {
      TRY(print_page(analyses[i], rules, report.incident, i == 0 ? disassembly : std::nullopt, flags,
                     context));
    }
  }
  return {};
}

Result<ExitStatus> show_report(const ShowFlags& flags, const CommandContext& context) {
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto rules, load_user_rules(context));
  TRY_ASSIGN(const auto report, load_report(flags.what, context));
  if (context.format == "raw") {
    print(report.bytes);
    return ExitStatus::done;
  }
  // The system's own text has the names as the reporter wrote them.
  const FrameNames names = context.format == "apple" ? FrameNames::as_reported : FrameNames::readable;
  const ShownReport shown = derive_shown(report, rules, names, flags.symbols);
  if (const auto difference = difference_from_store(report, shown)) note(context, *difference);
  TRY(print_reports(shown.analyses, report, rules, flags, context));
  for (const auto& problem : shown.symbol_problems) print_error(problem);
  bool partial = !shown.symbol_problems.empty() || !report.left_out.empty();
  if (!report.left_out.empty()) print_error(report.left_out);
  // A damaged document is shown as far as it goes; the status says that it was.
  for (const Analysis& analysis : shown.analyses) {
    const auto& issues = analysis.report.issues;
    if (issues.empty()) continue;
    print_error(flags.what + ": " + issue_summary(issues, issues.size()));
    partial = true;
  }
  return partial ? ExitStatus::partial : ExitStatus::done;
}

Result<ExitStatus> show_trial(const TrialName& name, const CommandContext& context) {
  if (context.format != "analysis" && !context.format.empty() && context.format != "json") {
    return fail(ErrorKind::invalid_argument, "a trial is shown with --format analysis or json");
  }
  TRY_ASSIGN(const auto rules, load_user_rules(context));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto shown, find_shown_trial(store, context.db_path(), name, rules));
  print(context.format == "json" ? trial_json(shown.run, shown.trial, shown.output_site)
                                 : trial_page(shown.run, shown.trial, shown.folder, shown.output_site));
  return ExitStatus::done;
}

Result<ExitStatus> print_document(const Document& document, const std::string& json,
                                  const CommandContext& context) {
  if (context.format == "json") {
    print(json);
  } else if (context.format == "markdown") {
    print(document_markdown(document));
  } else if (context.format == "html") {
    print(document_html(document));
  } else if (context.format.empty() || context.format == "analysis") {
    print(document_text(document, {output_width(), use_color(context), context.wide}));
  } else {
    return fail(ErrorKind::invalid_argument,
                "a site or a run is shown with --format analysis, markdown, html or json");
  }
  return ExitStatus::done;
}

Result<ExitStatus> show_site(Store& store, const std::string& site, const CommandContext& context) {
  TRY_ASSIGN(const auto page, site_page(store, site));
  return print_document(site_document(page), context.format == "json" ? site_json(page) : "", context);
}

Result<ExitStatus> show_run(Store& store, const std::string& name, const CommandContext& context) {
  TRY_ASSIGN(const auto run, store.run(name));
  TRY_ASSIGN(const auto page, run_page(store, run));
  return print_document(run_document(page), context.format == "json" ? run_json(page) : "", context);
}

/// `17` with --run RUN, `RUN/17`.
std::optional<TrialName> named_trial(const ShowFlags& flags) {
  if (!flags.run.empty()) return parse_trial_name(flags.run + "/" + flags.what);
  return names_a_file(flags.what) ? std::nullopt : parse_trial_name(flags.what);
}

Result<ExitStatus> show(const ShowFlags& flags, const CommandContext& context) {
  const auto trial = named_trial(flags);
  if (!flags.run.empty() && !trial) {
    return fail(ErrorKind::invalid_argument,
                "--run goes with the number of a trial: faultline show 17 --run last");
  }
  if (flags.disassemble && (trial || context.format == "apple" || context.format == "raw")) {
    return fail(ErrorKind::invalid_argument,
                "--disassemble goes with a report and --format analysis, markdown or json");
  }
  if (trial) return show_trial(*trial, context);
  if (names_a_file(flags.what)) return show_report(flags, context);
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto target, find_show_target(store, flags.what));
  if (target == ShowTarget::site) return show_site(store, flags.what, context);
  if (target == ShowTarget::run) return show_run(store, flags.what, context);
  return show_report(flags, context);
}

}  // namespace

void add_show_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("show", "Explain one report; show a trial, a crash site or a run");
  auto flags = std::make_shared<ShowFlags>();
  command
      ->add_option("what", flags->what,
                   "A file, an incident or its beginning, `last` (report), a trial as RUN/17, a site, a run")
      ->required()
      ->type_name("WHAT");
  add_rules_option(*command, context);
  add_shared_options(*command, context, {"analysis", "markdown", "html", "apple", "json", "raw"});
  command->footer(
      "A report is one screen; --full adds registers, other threads, images and all evidence.\n"
      "Formats: analysis (explained), markdown and html (all of it), apple (the text that macOS itself "
      "shows),\n"
      "json, raw (the original bytes). A file is shown without any store.\n\n"
      "Example: faultline show crash.ips");
  command->add_option("--symbols", flags->symbols, "Name frames from these symbol files or folders, too")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("PATH");
  command->add_flag("--disassemble", flags->disassemble,
                    "Show the instructions around the pc, from the image's file or the report's own bytes");
  command->add_flag("--full", flags->full, "Everything that is known; in JSON the registers and images, too");
  command->add_option("--run", flags->run, "WHAT is the number of a trial of this run; `last` is the newest")
      ->type_name("RUN");
  command->add_flag("--wide", context.wide, "Whole names and all columns in the tables of a site or a run");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return show(*flags, context); }; });
}

}  // namespace faultline

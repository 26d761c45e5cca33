// `faultline report`: a run's whole report, for the morning and for CI.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <system_error>

#include "app/report/run_report.h"
#include "cli/commands.h"
#include "cli/live_line.h"
#include "cli/open_store.h"
#include "cli/terminal.h"
#include "core/base/text_file.h"
#include "reports/documents/report_page.h"
#include "reports/formats/report_writer.h"

namespace faultline {
namespace {

struct ReportFlags {
  std::string run = "last";
  std::vector<std::string> formats{"markdown"};
  std::string out;
  std::vector<std::string> fail_on;
};

struct Format {
  const char* name;
  const char* file;  ///< In --out; empty: files of its own.
  std::string (*write)(const CampaignReport&);
};
constexpr std::array<Format, 4> kFormats{{{"markdown", "report.md", report_markdown},
                                          {"html", "report.html", report_page},
                                          {"json", "report.json", report_json},
                                          {"junit", "report.junit.xml", report_junit}}};

const Format* find_format(const std::string& name) {
  const auto* found = std::find_if(kFormats.begin(), kFormats.end(),
                                   [&](const Format& format) { return format.name == name; });
  return found == kFormats.end() ? nullptr : found;
}

Result<void> check_formats(const ReportFlags& flags) {
  for (const auto& name : flags.formats) {
    if (find_format(name) == nullptr && name != "csv") {
      return fail(ErrorKind::invalid_argument,
                  "--format: there is no " + name + "; there are markdown, html, csv, json, junit");
    }
    if (name == "html" && !has_report_page()) {
      return fail(ErrorKind::unsupported,
                  "this build has no HTML page: Node was not there when it was made; run script/bootstrap "
                  "and build again");
    }
    if (flags.out.empty() && (name == "csv" || flags.formats.size() > 1)) {
      return fail(ErrorKind::invalid_argument, "--out FOLDER is needed for csv, and for several formats");
    }
  }
  return {};
}

Result<void> write_tables(const CampaignReport& report, const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::io, "cannot make " + folder.string() + ": " + error.message());
  for (const auto& section : report.sections) {
    for (const auto& table : section.tables) {
      TRY(write_file_atomically(folder / (table.id + ".csv"), write_table(table.programs, TableFormat::csv)));
    }
  }
  return {};
}

Result<void> write_formats(const CampaignReport& report, const ReportFlags& flags) {
  if (flags.out.empty()) {
    print(find_format(flags.formats.front())->write(report));
    return {};
  }
  const std::filesystem::path folder(flags.out);
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorKind::io, "cannot make " + folder.string() + ": " + error.message());
  for (const auto& name : flags.formats) {
    if (name == "csv") {
      TRY(write_tables(report, folder / "tables"));
      print((folder / "tables").string() + "\n");
      continue;
    }
    const auto* format = find_format(name);
    TRY(write_file_atomically(folder / format->file, format->write(report)));
    print((folder / format->file).string() + "\n");
  }
  return {};
}

Result<ExitStatus> report(const ReportFlags& flags, const CommandContext& context) {
  TRY(check_formats(flags));
  TRY(check_names_are_known(flags.fail_on));
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto run, store.run(flags.run));
  TRY_ASSIGN(const auto summary, stored_summary(store, run));
  TRY_ASSIGN(const auto findings, check_run(store, summary, flags.fail_on));
  const SystemClock clock;
  LiveLine line(context, clock);
  TRY_ASSIGN(const auto whole,
             run_report(store, summary, flags.fail_on, findings, [&](std::string_view part) {
               line.show_live(fmt::format("report of {}: {}", run.campaign_name, part));
             }));
  line.clear();
  TRY(write_formats(whole, flags));
  for (const auto& finding : findings) print_error(finding);
  return findings.empty() ? ExitStatus::done : ExitStatus::check_found;
}

}  // namespace

void add_report_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("report", "A run's whole report: what it was, what it found, what changed");
  auto flags = std::make_shared<ReportFlags>();
  command->add_option("run", flags->run, "A run's UUID or unique prefix; else the last one")
      ->type_name("RUN");
  command->add_option("--format", flags->formats, "markdown, html, csv, json, junit; several with --out")
      ->delimiter(',')
      ->type_name("FORMAT,…");
  command->add_option("--out", flags->out, "Folder to write into; else to stdout")->type_name("FOLDER");
  command->add_option("--fail-on", flags->fail_on, "Exit with 4 on: " + known_check_names())
      ->delimiter(',')
      ->type_name("CHECK,…");
  add_shared_options(*command, context, "");
  command->footer(
      "Sites labelled `known` are quiet in new-site; one labelled fixed-in=BUILD that is back on that build "
      "or a\n"
      "later one is not. The Markdown serves as a GitHub job summary; docs/ci.md has ready snippets.\n\n"
      "Example: faultline report --format markdown,html,junit --out morning --fail-on "
      "new-site,worse,control");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return report(*flags, context); }; });
}

}  // namespace faultline

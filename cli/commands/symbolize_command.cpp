// `faultline symbolize`: a report with every frame named that can be named.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analyzer/analyze.h"
#include "app/ingest/ingest.h"
#include "app/ingest/symbol_search.h"
#include "app/ingest/symbolized_file.h"
#include "cli/commands.h"
#include "cli/near_file.h"
#include "cli/terminal.h"
#include "core/ips/ips_writer.h"
#include "core/text/text_escape.h"
#include "reports/documents/apple_text.h"
#include "reports/documents/crash_json.h"

namespace faultline {
namespace {

struct SymbolizeFlags {
  std::string file;
  std::vector<std::string> symbols;
};

void print_report(const CrashReport& report, const std::string& format) {
  if (format == "json") {
    Analysis analysis = analyze(report);
    make_names_readable(analysis.report);
    return write_crash_json(analysis, {}, print);
  }
  if (format == "ips") return print(terminal_safe_json(write_ips(report)));
  print(escape_text(render_apple_text(report)));
}

Result<ExitStatus> symbolize(const SymbolizeFlags& flags, const CommandContext& context) {
  if (flags.file != "-") TRY(check_is_there(flags.file));
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto file, symbolize_file(flags.file, flags.symbols));
  const auto& [symbolized, read_issues, left_out] = file;
  print_report(symbolized.report, context.format);
  for (const auto& issue : symbolized.issues) print_error(issue.path + ": " + issue.message);
  for (const auto& line : symbol_file_lines(symbolized)) note(context, line);
  note(context, fmt::format("{} of {} frames have a name; the report itself named {}", symbolized.named_after,
                            symbolized.physical_frames, symbolized.named_before));
  if (!read_issues.empty()) print_error(flags.file + ": " + issue_summary(read_issues, read_issues.size()));
  if (!left_out.empty()) print_error(left_out);
  return symbolized.issues.empty() && read_issues.empty() && left_out.empty() ? ExitStatus::done
                                                                              : ExitStatus::partial;
}

}  // namespace

void add_symbolize_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("symbolize", "A report with every frame named that can be named");
  auto flags = std::make_shared<SymbolizeFlags>();
  command->add_option("file", flags->file, "The report, or - for stdin")->required()->type_name("FILE");
  command
      ->add_option("--symbols", flags->symbols,
                   "Symbol files, dSYM bundles or folders of them, looked into after the archive")
      ->type_name("PATH…");
  add_shared_options(*command, context, {"apple", "json", "ips"});
  command->footer(
      "A file is used only if its UUID is the image's; one that is not is named on stderr, and the exit\n"
      "status is 3.\n\n"
      "Example: faultline symbolize crash.ips --symbols build/MyApp.dSYM");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return symbolize(*flags, context); }; });
}

}  // namespace faultline

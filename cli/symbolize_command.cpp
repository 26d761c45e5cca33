// `faultline symbolize`: a report with every frame named that can be named.

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "analyzer/analyze.h"
#include "analyzer/parse/parse_report.h"
#include "analyzer/derive.h"
#include "app/ingest/ingest.h"
#include "cli/commands.h"
#include "cli/symbol_search.h"
#include "cli/terminal.h"
#include "core/base/text_escape.h"
#include "core/base/text_file.h"
#include "core/ips/ips_writer.h"
#include "reports/documents/apple_text.h"
#include "reports/documents/crash_json.h"

namespace faultline {
namespace {

struct SymbolizeFlags {
  std::string file;
  std::vector<std::string> symbols;
};

void print_report(const CrashReport& report, const std::string& format) {
  if (format == "json") return write_crash_json(analyze(report), std::nullopt, print);
  if (format == "ips") return print(terminal_safe_json(write_ips(report)));
  print(escape_text(render_apple_text(report)));
}

/// Which file named how many frames, image by image.
void note_files(const SymbolizedReport& symbolized, const CommandContext& context) {
  for (std::size_t i = 0; i < symbolized.images.size(); ++i) {
    const auto& image = symbolized.images[i];
    if (!image.place) continue;
    note(context, fmt::format("{}: {} frames named from {} ({})", symbolized.report.images[i].display_name(),
                              image.frames_named, image.file.string(), symbol_place_text(*image.place)));
  }
}

Result<ExitStatus> symbolize(const SymbolizeFlags& flags, const CommandContext& context) {
  TRY(check_symbol_paths(flags.symbols));
  TRY_ASSIGN(const auto bytes, flags.file == "-" ? read_stdin() : read_file(flags.file, kParseLimitBytes));
  auto report = parse_report(bytes);
  if (report.kind == ReportKind::unreadable) {
    return fail(ErrorKind::parse,
                flags.file + ": " + (report.issues.empty() ? "no crash report" : report.issues[0].message));
  }
  const auto symbolized = symbolize_report(std::move(report), symbolize_options(flags.symbols));
  print_report(symbolized.report, context.format);
  for (const auto& issue : symbolized.issues) print_error(issue.path + ": " + issue.message);
  note_files(symbolized, context);
  note(context, fmt::format("{} of {} frames have a name; the report itself named {}", symbolized.named_after,
                            symbolized.physical_frames, symbolized.named_before));
  return symbolized.issues.empty() ? ExitStatus::done : ExitStatus::partial;
}

}  // namespace

void add_symbolize_command(CLI::App& app, CommandContext& context) {
  auto* command = app.add_subcommand("symbolize", "A report with every frame named that can be named");
  auto flags = std::make_shared<SymbolizeFlags>();
  command->add_option("file", flags->file, "The report, or - for stdin")->required()->type_name("FILE");
  command
      ->add_option("--symbols", flags->symbols,
                   "Symbol files, dSYM bundles or folders of them, looked into first")
      ->type_name("PATH…");
  add_shared_options(*command, context, "apple,json,ips");
  command->footer(
      "A file is used only if its UUID is the image's; one that is not is named on stderr, and the exit\n"
      "status is 3.\n\n"
      "Example: faultline symbolize crash.ips --symbols build/MyApp.dSYM");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return symbolize(*flags, context); }; });
}

}  // namespace faultline

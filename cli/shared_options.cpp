#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <cstdlib>

#include "cli/commands.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "reports/formats/report_writer.h"

namespace faultline {

std::filesystem::path CommandContext::db_path() const {
  if (!db_option.empty()) return db_option;
  if (const char* variable = std::getenv("FAULTLINE_DB"); variable != nullptr && *variable != '\0')
    return variable;
  return "faultline.db";
}

void add_shared_options(CLI::App& command, CommandContext& context, const std::vector<std::string>& formats) {
  command.add_option("--db", context.db_option, "Store; else FAULTLINE_DB, else faultline.db in this folder")
      ->type_name("FILE");
  if (!formats.empty()) {
    command
        .add_option("--format", context.format,
                    fmt::format("Form of the output: {}", fmt::join(formats, ",")))
        ->check(one_of(formats))
        ->type_name("FORMAT");
  }
  command.add_option("--color", context.color, "auto, always or never (NO_COLOR is honoured)")
      ->check(one_of({"auto", "always", "never"}))
      ->type_name("WHEN");
  command.add_flag("-q,--quiet", context.quiet, "Only data and errors");
  command.add_flag("-v,--verbose", context.verbosity, "Say more; twice: still more");
}

void add_table_options(CLI::App& command, CommandContext& context) {
  std::vector<std::string> names;
  for (const TableFormat format : table_formats()) names.emplace_back(format.name());
  add_shared_options(command, context, names);
}

void add_view_options(CLI::App& command, CommandContext& context) {
  command.add_option("--sort", context.sort, "By this column, as `last_seen` or `reports:desc`")
      ->type_name("COLUMN");
  command
      .add_option(
          "--limit", context.limit,
          fmt::format("Show at most this many rows; 0: all (text: {}; other formats: all)", kTextRows))
      ->type_name("N");
  command.add_flag("--wide", context.wide, "Whole names and all columns");
}

}  // namespace faultline

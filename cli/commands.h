// The subcommands: each adds its options to the parser and says what to do when it was chosen.

#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace CLI {
class App;
}

namespace faultline {

/// The documented exit statuses.
enum class ExitStatus : int {
  done = 0,  ///< Crashes are results: a run is done when its trials ran.
  failed = 1,
  usage = 2,
  partial = 3,      ///< Done, but some input was damaged or skipped; each was named on stderr.
  check_found = 4,  ///< A check asked for with --fail-on found something.
  own_mistake = 70,
  interrupted = 130,  ///< After saving.
};

/// What all commands share. Filled by the parser before `action` runs.
struct CommandContext {
  std::string db_option;       ///< --db; empty if not given.
  std::string format;          ///< --format; empty: the command's default.
  std::string rules_option;    ///< --rules; empty if not given.
  std::string color = "auto";  ///< auto, always, never.
  bool quiet = false;
  bool wide = false;                 ///< Whole names and all columns.
  std::string sort;                  ///< A column of the table; empty: as it comes.
  std::optional<std::size_t> limit;  ///< Rows that are shown; 0: all. Absent: as many as the format has.
  int verbosity = 0;
  std::filesystem::path program_folder;       ///< Where this program stands.
  std::vector<std::string> trailing_command;  ///< What stood after `--` on the command line of `run`.
  std::function<Result<ExitStatus>()> action;

  /// --db, else FAULTLINE_DB, else faultline.db in the current folder.
  [[nodiscard]] std::filesystem::path db_path() const;
};

/// The options that every subcommand takes (--db, --format, …), with the formats it knows; without any there
/// is no --format.
void add_shared_options(CLI::App& command, CommandContext& context,
                        const std::vector<std::string>& formats = {});
/// The same for a subcommand that prints a table: the formats are those of tables.
void add_table_options(CLI::App& command, CommandContext& context);
/// Beside these, for a table that is printed by print_rows(): which rows are shown, in which order, and
/// whether names are whole.
void add_view_options(CLI::App& command, CommandContext& context);

void add_run_command(CLI::App& app, CommandContext& context);
void add_import_command(CLI::App& app, CommandContext& context);
void add_list_command(CLI::App& app, CommandContext& context);
void add_show_command(CLI::App& app, CommandContext& context);
void add_rates_command(CLI::App& app, CommandContext& context);
void add_sites_command(CLI::App& app, CommandContext& context);
void add_compare_command(CLI::App& app, CommandContext& context);
void add_metrics_command(CLI::App& app, CommandContext& context);
void add_survival_command(CLI::App& app, CommandContext& context);
void add_trend_command(CLI::App& app, CommandContext& context);
void add_symbolize_command(CLI::App& app, CommandContext& context);
void add_symbols_command(CLI::App& app, CommandContext& context);
void add_query_command(CLI::App& app, CommandContext& context);
void add_label_command(CLI::App& app, CommandContext& context);
void add_merge_command(CLI::App& app, CommandContext& context);
void add_status_command(CLI::App& app, CommandContext& context);
void add_watch_command(CLI::App& app, CommandContext& context);
void add_doctor_command(CLI::App& app, CommandContext& context);
void add_schedule_command(CLI::App& app, CommandContext& context);
void add_reanalyze_command(CLI::App& app, CommandContext& context);
void add_export_command(CLI::App& app, CommandContext& context);
void add_manual_command(CLI::App& app, CommandContext& context);
void add_completion_command(CLI::App& app, CommandContext& context);
void add_report_command(CLI::App& app, CommandContext& context);
void add_feedback_command(CLI::App& app, CommandContext& context);
void add_db_command(CLI::App& app, CommandContext& context);

}  // namespace faultline

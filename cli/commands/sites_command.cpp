// `faultline sites`: where they crashed, most reports first; co-occurring functions of a site.

#include <CLI/CLI.hpp>

#include "app/questions/site_request.h"
#include "cli/commands.h"
#include "cli/filter_option.h"
#include "cli/open_store.h"
#include "cli/option_checks.h"
#include "cli/table_output.h"
#include "cli/time_option.h"
#include "db/queries.h"

namespace faultline {
namespace {

struct SiteFlags {
  std::string site;
  std::string where;
  std::string since;
  std::optional<std::size_t> last;
  bool family = false;
  bool partners = false;
  bool allow_empty = false;
};

Result<ExitStatus> partners(const SiteFlags& flags, const CommandContext& context) {
  if (flags.site.empty()) {
    return fail(ErrorKind::invalid_argument, "--partners wants a site; faultline sites lists them");
  }
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(auto table, answer_partners(store, flags.site));
  return print_rows(std::move(table), context);
}

Result<ExitStatus> sites(const SiteFlags& flags, const CommandContext& context) {
  if (flags.partners) return partners(flags, context);
  SitesQuery query;
  TRY(parse_optional_filter("--where", flags.where));
  TRY_ASSIGN(query.since, parse_since(flags.since, SystemClock().wall()));
  query.fold_families = flags.family;
  query.limit = flags.last;
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(query.where, read_report_filter(store, flags.allow_empty, "--where", flags.where));
  TRY_ASSIGN(auto table, answer_sites(store, query, flags.site, table_audience(context)));
  return print_rows(std::move(table), context);
}

}  // namespace

void add_sites_command(CLI::App& app, CommandContext& context) {
  auto* command =
      app.add_subcommand("sites", "Crash sites with counts, first and last seen, most reports first");
  auto flags = std::make_shared<SiteFlags>();
  command->add_option("site", flags->site, "Only this one: key or unique prefix, a label, or site~text")
      ->type_name("SITE");
  command->add_option("--where", flags->where, "Only reports that this filter lets through")
      ->type_name("FILTER");
  command->add_option("--since", flags->since, "Not older than this: 24h, 7d, 2025-12-01")->type_name("WHEN");
  command->add_option("--last", flags->last, "At most this many")->check(positive_number())->type_name("N");
  command->add_flag("--family", flags->family, "Fold what differs between GPU generations and builds");
  command->add_flag("--partners", flags->partners,
                    "Functions that other threads were in more often than elsewhere");
  add_allow_empty(*command, flags->allow_empty);
  add_table_options(*command, context);
  add_view_options(*command, context);
  command->footer("Example: faultline sites --where 'threads=8 and lock=none' --format markdown");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return sites(*flags, context); }; });
}

}  // namespace faultline

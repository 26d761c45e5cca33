// `faultline sites`: where they crashed, most reports first; with a site, its stacks and who else was there.

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/commands.h"
#include "cli/open_store.h"
#include "cli/table_output.h"
#include "cli/time_option.h"
#include "db/queries.h"
#include "reports/tables/partner_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

struct SiteFlags {
  std::string site;
  std::string where;
  std::string since;
  std::optional<std::size_t> last;
  bool family = false;
  bool partners = false;
};

Result<std::vector<SiteRow>> rows_of_site(Store& store, const SitesQuery& query, const std::string& site) {
  TRY_ASSIGN(auto rows, query_sites(store, query));
  if (site.empty()) return rows;
  TRY_ASSIGN(const auto keys, resolve_site(store, site));
  std::erase_if(rows, [&](const SiteRow& row) {
    return std::find(keys.begin(), keys.end(), row.key) == keys.end() &&
           std::find(keys.begin(), keys.end(), row.family) == keys.end();
  });
  return rows;
}

/// More rows than a person reads; the footnote counts the others.
constexpr std::size_t kPartnerLimit = 1000;

Result<ExitStatus> partners(const SiteFlags& flags, const CommandContext& context) {
  if (flags.site.empty()) {
    return fail(ErrorKind::invalid_argument, "--partners wants a site; faultline sites lists them");
  }
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto keys, resolve_site(store, flags.site));
  TRY_ASSIGN(const auto totals, query_report_totals(store, keys));
  TRY_ASSIGN(const auto rows, query_partners(store, keys, totals, kPartnerLimit));
  return print_table(partner_table(rows), context);
}

Result<ExitStatus> sites(const SiteFlags& flags, const CommandContext& context) {
  if (flags.partners) return partners(flags, context);
  SitesQuery query;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", flags.where));
  TRY_ASSIGN(query.since, parse_since(flags.since, SystemClock().wall()));
  query.fold_families = flags.family;
  query.limit = flags.last;
  TRY_ASSIGN(auto store, open_store_to_read(context));
  TRY_ASSIGN(const auto rows, rows_of_site(store, query, flags.site));
  SiteTableOptions options;
  options.audience =
      is_machine_format(table_format(context)) ? TableAudience::programs : TableAudience::people;
  options.families = flags.family;
  return print_table(site_table(rows, options), context);
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
  command->add_option("--last", flags->last, "At most this many")->check(CLI::PositiveNumber)->type_name("N");
  command->add_flag("--family", flags->family, "Fold what differs between GPU generations and builds");
  command->add_flag("--partners", flags->partners,
                    "Functions that other threads were in more often than elsewhere");
  add_shared_options(*command, context, "text,markdown,csv,json");
  command->footer("Example: faultline sites --where 'threads=8 and lock=none' --format markdown");
  command->callback(
      [&context, flags] { context.action = [&context, flags] { return sites(*flags, context); }; });
}

}  // namespace faultline

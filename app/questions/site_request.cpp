#include "app/questions/site_request.h"

#include <algorithm>
#include <vector>

#include "reports/tables/partner_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

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

}  // namespace

Result<Table> answer_sites(Store& store, const SitesQuery& query, const std::string& site,
                           TableAudience audience) {
  TRY_ASSIGN(const auto rows, rows_of_site(store, query, site));
  SiteTableOptions options;
  options.audience = audience;
  options.families = query.fold_families;
  TRY_ASSIGN(options.key_digits, site_key_digits(store));
  return site_table(rows, options);
}

Result<Table> answer_partners(Store& store, const std::string& site) {
  TRY_ASSIGN(const auto keys, resolve_site(store, site));
  TRY_ASSIGN(const auto totals, query_report_totals(store, keys));
  TRY_ASSIGN(const auto rows, query_partners(store, keys, totals, kPartnerLimit));
  return partner_table(rows);
}

}  // namespace faultline

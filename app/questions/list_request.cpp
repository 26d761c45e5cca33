#include "app/questions/list_request.h"

#include <algorithm>

#include "app/campaign/run_state.h"
#include "reports/tables/list_tables.h"

namespace faultline {
namespace {

struct ListedThing {
  const char* name;
  Result<Table> (*list)(Store&, const ListQuery&, TableAudience);
};

Result<Table> reports_table(Store& store, const ListQuery& query, TableAudience audience) {
  TRY_ASSIGN(const auto rows, list_reports(store, query));
  TRY_ASSIGN(const auto digits, site_key_digits(store));
  return report_list_table(rows, {audience, digits});
}

Result<Table> trials_table(Store& store, const ListQuery& query, TableAudience audience) {
  TRY_ASSIGN(const auto rows, list_trials(store, query));
  return trial_list_table(rows, {audience});
}

Result<Table> runs_table(Store& store, const ListQuery& query, TableAudience audience) {
  TRY_ASSIGN(auto rows, list_runs(store, query));
  for (RunRow& row : rows) row.state = state_text(store.path(), row);
  return run_list_table(rows, {audience});
}

Result<Table> hosts_table(Store& store, const ListQuery& query, TableAudience audience) {
  TRY_ASSIGN(const auto rows, list_hosts(store, query));
  return host_list_table(rows, {audience});
}

constexpr ListedThing kListedThings[] = {
    {"reports", reports_table}, {"trials", trials_table}, {"runs", runs_table}, {"hosts", hosts_table}};

}  // namespace

const std::vector<std::string>& listed_things() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const ListedThing& thing : kListedThings) all.emplace_back(thing.name);
    return all;
  }();
  return names;
}

Result<Table> answer_list(Store& store, std::string_view what, const ListQuery& query,
                          TableAudience audience) {
  const auto* found = std::find_if(std::begin(kListedThings), std::end(kListedThings),
                                   [&](const ListedThing& thing) { return thing.name == what; });
  if (found == std::end(kListedThings)) {
    return fail(ErrorKind::invalid_argument,
                "there is no list of " + std::string(what) + "; there are reports, trials, runs and hosts");
  }
  return found->list(store, query, audience);
}

}  // namespace faultline

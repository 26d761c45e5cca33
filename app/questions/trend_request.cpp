#include "app/questions/trend_request.h"

#include <utility>

#include "app/questions/command_builder.h"
#include "core/model/filter.h"
#include "reports/formats/number_format.h"

namespace faultline {

Result<RatesQuery> trend_query(const TrendRequest& wanted) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", wanted.where));
  auto count = parse_count(wanted.count);
  if (!count) return fail(count.error().add_context("--count"));
  query.count = std::move(*count);
  query.by = wanted.by;
  query.pivot = "run";
  return query;
}

Result<Trends> answer_trend(Store& store, const TrendRequest& wanted) {
  TRY_ASSIGN(const auto query, trend_query(wanted));
  TrendOptions options;
  options.count = wanted.count;
  options.level = wanted.level;
  options.last_runs = wanted.last;
  options.command = CommandBuilder("trend")
                        .list("--by", wanted.by)
                        .option("--where", wanted.where)
                        .option("--count", wanted.count == "crashed" ? "" : wanted.count)
                        .option("--last", std::to_string(wanted.last))
                        .option("--level", wanted.level == kDefaultLevel ? "" : format_exact(wanted.level))
                        .flag("--allow-empty", wanted.allow_empty)
                        .text();
  TRY_ASSIGN(const auto rates, query_rates(store, query));
  TRY_ASSIGN(const auto runs, store.find_runs({}));
  return trend_tables(rates, runs, options);
}

}  // namespace faultline

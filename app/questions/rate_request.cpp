#include "app/questions/rate_request.h"

#include <algorithm>
#include <map>
#include <utility>

#include "app/questions/command_builder.h"
#include "core/model/filter.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"
#include "reports/tables/model_table.h"

namespace faultline {
namespace {

/// The command that gives the table again.
std::string rates_command(const RateRequest& wanted) {
  const RateRequest defaults;
  const auto unless_default = [](const std::string& value, const std::string& usual) {
    return value == usual ? std::string() : value;
  };
  return CommandBuilder("rates")
      .list("--by", wanted.by)
      .option("--pivot", wanted.pivot)
      .option("--first-crash", wanted.first_crash)
      .option("--trend", wanted.trend)
      .option("--scores", unless_default(wanted.scores, defaults.scores))
      .option("--where", wanted.where)
      .option("--count", unless_default(wanted.count, defaults.count))
      .option("--per", wanted.per)
      .list("--model", wanted.model)
      .option("--method", wanted.method)
      .option("--level", wanted.level == defaults.level ? "" : format_exact(wanted.level))
      .option("--side", unless_default(wanted.side, defaults.side))
      .option("--cell", unless_default(wanted.cell, defaults.cell))
      .flag("--needed", wanted.needed)
      .flag("--imported", wanted.imported)
      .flag("--allow-empty", wanted.allow_empty)
      .text();
}

/// What was counted in each night of each group, and in how much work, as --per names it.
Result<RateExposure> exposure_of(Store& store, const RateRequest& wanted, const RatesQuery& query) {
  RateExposure exposure;
  exposure.metric = wanted.per;
  RatesQuery by_night = query;
  by_night.by.insert(by_night.by.end(), {"date", "host"});
  TRY_ASSIGN(const auto counted, query_rates(store, by_night));
  TRY_ASSIGN(const auto rows, query_lifetimes(store, {wanted.per, query.where, by_night.by}));
  std::map<std::vector<QueryValue>, WorkedNight> nights;
  for (const RatesRow& row : counted.rows) nights[row.values].events = row.counts.counted;
  for (const LifetimesRow& row : rows) {
    for (const TrialEnd& end : row.ends) {
      if (end.work) nights[row.values].work += *end.work;
      if (!end.work) ++exposure.silent;
    }
  }
  for (const auto& [values, night] : nights)
    exposure.nights[{values.begin(), values.end() - 2}].push_back(night);
  return exposure;
}

Result<RatesQuery> rates_query(const RateRequest& wanted) {
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", wanted.where));
  auto count = parse_count(wanted.count);
  if (!count) return fail(count.error().add_context("--count"));
  query.count = std::move(*count);
  query.by = wanted.by;
  if (!wanted.pivot.empty()) query.pivot = wanted.pivot;
  if (!wanted.first_crash.empty()) {
    if (query.pivot) query.by.push_back(*query.pivot);
    query.pivot = wanted.first_crash;
  }
  // A column may be named once more in --by.
  const std::string& ordered = wanted.trend;
  if (!ordered.empty() && std::find(query.by.begin(), query.by.end(), ordered) == query.by.end())
    query.by.push_back(ordered);
  return query;
}

}  // namespace

Result<void> check_rate_request(const RateRequest& wanted) {
  if (!wanted.per.empty() && (!wanted.pivot.empty() || !wanted.first_crash.empty()))
    return fail(ErrorKind::invalid_argument,
                "--per adds columns to rows; leave out --pivot and --first-crash");
  if (!wanted.model.empty()) {
    const bool has_other = !wanted.by.empty() || !wanted.pivot.empty() || !wanted.first_crash.empty() ||
                           !wanted.trend.empty() || !wanted.per.empty();
    if (has_other) {
      return fail(
          ErrorKind::invalid_argument,
          "--model names its columns itself; leave out --by, --pivot, --first-crash, --trend and --per");
    }
    TRY(parse_model(wanted.model));
  }
  return {};
}

RateTableOptions rate_table_options(const RateRequest& wanted, TableAudience audience) {
  RateTableOptions options;
  options.audience = audience;
  options.count = wanted.count;
  if (!wanted.method.empty()) options.method = parse_interval_method(wanted.method);
  options.level = wanted.level;
  options.side = wanted.side == "upper"   ? IntervalSide::upper
                 : wanted.side == "lower" ? IntervalSide::lower
                                          : IntervalSide::two_sided;
  options.trials_to_see_one = wanted.needed;
  options.scores = wanted.scores == "log2"       ? TrendScores::log2
                   : wanted.scores == "isotonic" ? TrendScores::isotonic
                                                 : TrendScores::linear;
  options.pivot_cell = wanted.cell == "count" ? PivotCell::count : PivotCell::rate;
  options.command = rates_command(wanted);
  return options;
}

Result<Table> answer_rates(Store& store, const RateRequest& wanted, TableAudience audience) {
  TRY_ASSIGN(RatesQuery query, rates_query(wanted));
  TRY_ASSIGN(const auto question, parse_model(wanted.model));
  if (!wanted.model.empty()) query.by = question.columns;
  TRY_ASSIGN(const auto result, query_rates(store, query));
  auto options = rate_table_options(wanted, audience);
  options.counts_sites = result.counts_reports;
  if (!wanted.model.empty()) return model_table(result, question, options);
  if (!wanted.per.empty()) {
    TRY_ASSIGN(options.exposure, exposure_of(store, wanted, query));
  }
  if (!wanted.first_crash.empty()) {
    TRY_ASSIGN(const auto sites, query_commonest_sites(store, query.where, query.by));
    return wanted.pivot.empty() || audience == TableAudience::programs
               ? first_crash_table(result, wanted.first_crash, sites, options)
               : first_crash_pivot_table(result, wanted.first_crash, sites, options);
  }
  if (!wanted.trend.empty()) return rate_trend_table(result, wanted.trend, options);
  if (!wanted.pivot.empty() && audience == TableAudience::people) return rate_pivot_table(result, options);
  return rate_table(result, options);
}

}  // namespace faultline

#include "app/questions/survival_request.h"

#include <functional>
#include <string_view>

#include "app/questions/command_builder.h"
#include "core/model/filter.h"
#include "core/model/outcome.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

constexpr std::string_view kPhaseColumn = "phase";

Result<std::function<bool(Outcome)>> counted_outcomes(const std::string& count) {
  if (count == "bad") return std::function<bool(Outcome)>(is_bad);
  const auto outcome = parse_outcome(count);
  if (outcome && counts_as_trial(*outcome))
    return std::function<bool(Outcome)>([outcome](Outcome one) { return one == *outcome; });
  return fail(ErrorKind::invalid_argument,
              "--count " + count + ": wanted crashed, bad, or another outcome (wrong, hung, panicked)");
}

}  // namespace

Result<void> check_survival_request(const SurvivalRequest& wanted) {
  TRY(counted_outcomes(wanted.count));
  TRY(parse_optional_filter("--where", wanted.where));
  return {};
}

Result<Table> answer_survival(Store& store, const SurvivalRequest& wanted, TableAudience audience) {
  SurvivalTableOptions options;
  options.audience = audience;
  options.level = wanted.level;
  options.over = wanted.over == "seconds" ? "" : wanted.over;
  options.count = wanted.count;
  TRY_ASSIGN(options.counts, counted_outcomes(wanted.count));
  options.command = CommandBuilder("survival")
                        .option("--over", wanted.over)
                        .list("--by", wanted.by)
                        .option("--where", wanted.where)
                        .option("--count", wanted.count == "crashed" ? "" : wanted.count)
                        .flag("--curve", wanted.curve)
                        .option("--level", wanted.level == kDefaultLevel ? "" : format_exact(wanted.level))
                        .flag("--allow-empty", wanted.allow_empty)
                        .text();
  LifetimesQuery query;
  if (!options.over.empty()) query.metric = options.over;
  TRY_ASSIGN(query.where, parse_optional_filter("--where", wanted.where));
  query.by = wanted.by;
  // A phase is where a trial ended, not what it was: all other trials stay at risk in it.
  options.by_phase = std::erase(query.by, std::string(kPhaseColumn)) > 0;
  TRY_ASSIGN(const auto rows, query_lifetimes(store, query));
  RatesQuery rates;
  rates.where = query.where;
  TRY_ASSIGN(const auto counts, query_rates(store, rates));
  options.method = interval_method_for(counts, {});
  return wanted.curve ? survival_curve_table(query.by, rows, options)
                      : survival_table(query.by, rows, options);
}

}  // namespace faultline

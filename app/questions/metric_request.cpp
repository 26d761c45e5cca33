#include "app/questions/metric_request.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "app/questions/command_builder.h"
#include "core/model/filter.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"

namespace faultline {
namespace {

std::string both_filters(const std::string& a, const std::string& b) {
  return a.empty() ? b : "(" + a + ") and (" + b + ")";
}

/// The one that was named, or the only one that there is.
Result<std::string> chosen_metric(Store& store, const std::string& named) {
  if (!named.empty()) return named;
  TRY_ASSIGN(const auto names, metric_names(store));
  if (names.size() == 1) return names.front();
  if (names.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        "no trial printed a metric; a workload prints {\"faultline\": {\"metric\": \"ops_per_second\", "
        "\"value\": 3781}}");
  }
  return fail(ErrorKind::invalid_argument, fmt::format("name a metric: {}", fmt::join(names, ", ")));
}

Result<MetricGroups> ask_metrics(Store& store, const MetricRequest& wanted, const std::string& where,
                                 const std::vector<std::string>& columns) {
  TRY_ASSIGN(const auto metric, chosen_metric(store, wanted.metric));
  RatesQuery rates_query;
  TRY_ASSIGN(rates_query.where, parse_optional_filter("--where", where));
  rates_query.by = columns;
  TRY_ASSIGN(const auto rates, query_rates(store, rates_query));
  TRY_ASSIGN(const auto metrics, query_metrics(store, {metric, rates_query.where, columns}));
  return metric_groups(metric, rates, metrics, !wanted.all);
}

/// The trials that --baseline names must be of one number of threads, or nobody can say what 1 is.
Result<MetricBaseline> named_baseline(Store& store, const MetricRequest& wanted) {
  TRY(parse_optional_filter("--baseline", wanted.baseline));
  TRY_ASSIGN(const auto groups,
             ask_metrics(store, wanted, both_filters(wanted.where, wanted.baseline), {wanted.efficiency}));
  MetricBaseline baseline;
  baseline.name = wanted.baseline;
  std::set<double> threads;
  for (const MetricGroup& group : groups.groups) {
    if (group.numbers.empty()) continue;
    if (const auto number = number_in(group.values[0])) threads.insert(*number);
    baseline.numbers.insert(baseline.numbers.end(), group.numbers.begin(), group.numbers.end());
  }
  if (baseline.numbers.empty()) {
    return fail(
        ErrorKind::invalid_argument,
        fmt::format("--baseline {}: no trial of it that passed printed {}", wanted.baseline, groups.metric));
  }
  if (threads.size() != 1 || *threads.begin() <= 0.0) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("--baseline {}: wanted trials of one number of {}; add `and {}=1`",
                            wanted.baseline, wanted.efficiency, wanted.efficiency));
  }
  baseline.threads = *threads.begin();
  return baseline;
}

/// The groups that --against names. Each of its fields is a column, or a group would be compared with a part
/// of itself.
Result<MetricReference> reference_groups(Store& store, const MetricRequest& wanted,
                                         const std::vector<std::string>& columns) {
  TRY_ASSIGN(const auto filter, parse_optional_filter("--against", wanted.against));
  MetricReference reference;
  reference.name = wanted.against;
  for (const std::string& field : fields_of(*filter)) {
    if (std::find(columns.begin(), columns.end(), field) == columns.end()) {
      return fail(
          ErrorKind::invalid_argument,
          fmt::format("--against {}: {} is not among the columns; add it to --by", wanted.against, field));
    }
    reference.named.push_back(field);
  }
  TRY_ASSIGN(auto groups, ask_metrics(store, wanted, both_filters(wanted.where, wanted.against), columns));
  reference.groups = std::move(groups.groups);
  return reference;
}

}  // namespace

Result<void> check_metric_request(const MetricRequest& wanted) {
  if (!wanted.baseline.empty() && wanted.efficiency.empty())
    return fail(ErrorKind::invalid_argument, "--baseline goes with --efficiency, as --efficiency threads");
  return {};
}

Result<Table> answer_metrics(Store& store, const MetricRequest& wanted, TableAudience audience) {
  std::vector<std::string> columns = wanted.by;
  if (!wanted.pivot.empty()) columns.push_back(wanted.pivot);
  MetricTableOptions options;
  options.audience = audience;
  options.level = wanted.level;
  options.efficiency_by = wanted.efficiency;
  TRY_ASSIGN(const auto groups, ask_metrics(store, wanted, wanted.where, columns));
  if (!wanted.baseline.empty()) {
    TRY_ASSIGN(options.baseline, named_baseline(store, wanted));
  }
  if (!wanted.against.empty()) {
    TRY_ASSIGN(options.against, reference_groups(store, wanted, columns));
  }
  options.command = CommandBuilder("metrics")
                        .word(groups.metric)
                        .list("--by", wanted.by)
                        .option("--pivot", wanted.pivot)
                        .option("--efficiency", wanted.efficiency)
                        .option("--baseline", wanted.baseline)
                        .option("--against", wanted.against)
                        .option("--where", wanted.where)
                        .flag("--all", wanted.all)
                        .option("--level", wanted.level == kDefaultLevel ? "" : format_exact(wanted.level))
                        .flag("--allow-empty", wanted.allow_empty)
                        .text();
  if (!wanted.pivot.empty() && audience == TableAudience::people) return metric_pivot_table(groups, options);
  return metric_table(groups, options);
}

}  // namespace faultline

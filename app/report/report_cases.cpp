#include "app/report/report_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <tuple>
#include <utility>

#include "analyzer/statistics/proportion.h"
#include "core/model/short_site.h"
#include "db/queries.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

constexpr std::size_t kMostFrames = 20;

/// Workload and cell.
using CellName = std::pair<std::string, std::string>;

CellName name_of(const std::vector<QueryValue>& values) {
  return {query_value_text(values[0]), query_value_text(values[1])};
}

std::string stack_line(const StackFrameRow& frame) {
  const std::string image = frame.image.empty() ? "?" : frame.image;
  if (frame.symbol.empty()) return fmt::format("{} + {}", image, frame.image_offset);
  if (!frame.symbol_offset) return fmt::format("{} {}", image, frame.symbol);
  return fmt::format("{} {} + {}", image, frame.symbol, *frame.symbol_offset);
}

/// The usual site of a cell, and the stack that most of its reports have.
Result<std::string> crash_text(Store& store, const CommonestSiteRow& site) {
  std::string text = fmt::format("{} of {} crash reports at {} ({})\n", site.reports, site.of,
                                 short_site(site.text), site.key);
  TRY_ASSIGN(const auto stacks, query_stacks(store, {site.key}, StackChoice::crashed, 1));
  if (stacks.empty()) return text;
  const auto& frames = stacks.front().frames;
  for (std::size_t i = 0; i < std::min(frames.size(), kMostFrames); ++i)
    text += fmt::format("  {:2} {}\n", i, stack_line(frames[i]));
  return text;
}

/// What is wrong with a cell; empty where nothing is.
std::string failure_of(const TrialCounts& counts, bool must_crash) {
  const Proportion bad{counts.counted, counts.trials};
  const auto words = format_rate(bad, clopper_pearson(bad));
  if (counts.trials == 0)
    return fmt::format("no trial ran as meant; {} failed to set up", counts.outcomes[Outcome::setup_failed]);
  if (must_crash)
    return counts.outcomes[Outcome::crashed] == 0 ? "the control did not crash: " + words : std::string();
  return counts.counted > 0 ? "bad outcomes: " + words : std::string();
}

Result<std::map<CellName, double>> seconds_by_cell(Store& store, const Filter& of_run) {
  LifetimesQuery query;
  query.where = of_run;
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto rows, query_lifetimes(store, query));
  std::map<CellName, double> seconds;
  for (const LifetimesRow& row : rows) {
    std::chrono::nanoseconds sum{0};
    for (const TrialEnd& end : row.ends) sum += std::chrono::nanoseconds(end.duration_ns);
    seconds[name_of(row.values)] = std::chrono::duration<double>(sum).count();
  }
  return seconds;
}

}  // namespace

Result<std::vector<ReportCase>> cell_cases(Store& store, const RunRecord& run) {
  RatesQuery query;
  TRY_ASSIGN(const Filter of_run, parse_filter(where_run(run)));
  query.where = of_run;
  TRY_ASSIGN(query.count, parse_count("bad"));
  query.by = {"workload", "cell"};
  TRY_ASSIGN(const auto all, query_rates(store, query));
  RatesResult control;
  if (!run.control.empty()) {
    TRY_ASSIGN(query.where, parse_filter(fmt::format("run={} and ({})", run.uuid.text(), run.control)));
    TRY_ASSIGN(control, query_rates(store, query));
  }
  TRY_ASSIGN(auto seconds, seconds_by_cell(store, of_run));
  TRY_ASSIGN(const auto sites, query_commonest_sites(store, of_run, query.by));
  std::vector<ReportCase> cases;
  for (const auto& row : all.rows) {
    ReportCase one;
    std::tie(one.suite, one.name) = name_of(row.values);
    one.seconds = seconds[name_of(row.values)];
    const bool must_crash = std::any_of(control.rows.begin(), control.rows.end(),
                                        [&](const RatesRow& other) { return other.values == row.values; });
    one.failure = failure_of(row.counts, must_crash);
    const auto site = std::find_if(sites.begin(), sites.end(),
                                   [&](const CommonestSiteRow& usual) { return usual.values == row.values; });
    if (site != sites.end()) {
      TRY_ASSIGN(one.details, crash_text(store, *site));
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace faultline

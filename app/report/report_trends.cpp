#include "app/report/report_trends.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analyzer/statistics/competing_ends.h"
#include "app/questions/command_builder.h"
#include "core/base/clock.h"
#include "db/queries.h"
#include "reports/tables/metric_table.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/survival_table.h"
#include "reports/tables/trend_table.h"

namespace faultline {
namespace {

constexpr std::size_t kNights = 14;
/// More steps than an eye can tell apart, and a page should carry.
constexpr std::size_t kMostSteps = 200;
constexpr double kNanosecondsPerSecond = 1e9;

std::string night_name(const RunRecord& run) {
  return format_report_time(run.started, run.host.zone_minutes).substr(0, 10);
}

/// One series a workload, one point a run, the oldest first.
Plot nights_plot(const RatesResult& rates, const std::vector<RunRecord>& runs) {
  Plot plot{"plot_nights", Plot::Kind::points, "Crash rate by night", "night", "crash rate", true, {}};
  for (const auto& row : rates.rows) {
    const auto uuid = query_value_text(row.values.back());
    const auto found =
        std::find_if(runs.begin(), runs.end(), [&](const RunRecord& run) { return run.uuid.text() == uuid; });
    if (found == runs.end() || row.counts.trials == 0) continue;
    const auto name = query_value_text(row.values.front());
    auto series = std::find_if(plot.series.begin(), plot.series.end(),
                               [&](const PlotSeries& s) { return s.name == name; });
    if (series == plot.series.end()) series = plot.series.insert(plot.series.end(), PlotSeries{name, {}});
    const Proportion of{row.counts.counted, row.counts.trials};
    // Runs come newest first; two of one night are told apart by their UUID.
    const auto place = static_cast<double>(runs.end() - found);
    series->points.push_back({place, night_name(*found) + " " + uuid.substr(0, 4), of.ratio(),
                              rate_interval(of, {}, rates, {}).interval, of});
  }
  for (auto& series : plot.series) {
    std::sort(series.points.begin(), series.points.end(),
              [](const PlotPoint& a, const PlotPoint& b) { return a.x < b.x; });
  }
  return plot;
}

PlotSeries survival_series(const LifetimesRow& row) {
  std::vector<TrialCourse> courses;
  courses.reserve(row.ends.size());
  for (const auto& end : row.ends) {
    const TrialFate fate = end.outcome == Outcome::crashed ? TrialFate::crashed
                           : end.outcome == Outcome::hung  ? TrialFate::censored
                                                           : TrialFate::ended;
    courses.push_back({static_cast<double>(end.duration_ns) / kNanosecondsPerSecond, fate});
  }
  const auto curve = cumulative_incidence(std::move(courses));
  PlotSeries series{query_value_text(row.values.front()), {{0.0, "", 1.0, {1.0, 1.0}, {}}}};
  const auto every = std::max<std::size_t>(1, curve.steps.size() / kMostSteps);
  for (std::size_t i = 0; i < curve.steps.size(); ++i) {
    if (i % every != 0 && i + 1 != curve.steps.size()) continue;
    const auto& step = curve.steps[i];
    const double left = 1.0 - step.incidence;
    const auto interval =
        step.interval ? Interval{1.0 - step.interval->high, 1.0 - step.interval->low} : Interval{left, left};
    series.points.push_back({step.time, "", left, interval, {}});
  }
  return series;
}

std::vector<std::string> all_parameters(const RunRecord& run) {
  std::vector<std::string> names;
  for (const auto& cell : run.cells) {
    for (const auto& [name, value] : cell.parameters) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

}  // namespace

Result<DocumentSection> nights_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Trend", {}, "nights"};
  RunSelection selection;
  selection.campaign_name = run.campaign_name;
  selection.limit = kNights;
  TRY_ASSIGN(const auto runs, store.find_runs(selection));
  if (runs.size() < 2) {
    section.blocks.push_back(Block::paragraph("This is the campaign's only run in this store."));
    return section;
  }
  const auto where = "campaign=\"" + run.campaign_name + "\"";
  RatesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where));
  TRY_ASSIGN(query.count, parse_count("crashed"));
  query.by = {"workload"};
  query.pivot = "run";
  TRY_ASSIGN(const auto rates, query_rates(store, query));
  TrendOptions options;
  options.last_runs = kNights;
  options.command = CommandBuilder("trend").list("--by", query.by).option("--where", where).text();
  Trends trends = trend_tables(rates, runs, options);
  section.blocks = {
      Block::table_of("nights", std::move(trends.people.cells), std::move(trends.programs.cells)),
      Block::table_of("night_rates", std::move(trends.people.runs), std::move(trends.programs.runs)),
      Block::plot_of(nights_plot(rates, runs))};
  return section;
}

Result<DocumentSection> time_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Time to crash", {}, "time"};
  LifetimesQuery query;
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  query.by = {"workload"};
  TRY_ASSIGN(const auto rows, query_lifetimes(store, query));
  SurvivalTableOptions options;
  options.command =
      CommandBuilder("survival").list("--by", query.by).option("--where", where_run(run)).text();
  section.blocks.push_back(Block::paragraph(
      "A trial that passed has ended: it will not crash later. Only one that was killed at its time limit is "
      "censored."));
  // Curves over many trials take time, and their columns are the same for both.
  Table people = survival_table(query.by, rows, options);
  Table programs = people;
  programs.caption.clear();
  section.blocks.push_back(Block::table_of("time", std::move(people), std::move(programs)));
  Plot plot{"plot_time", Plot::Kind::steps,   "Trials that have not crashed yet",
            "seconds",   "share not crashed", true,
            {}};
  for (const auto& row : rows) {
    if (!row.ends.empty()) plot.series.push_back(survival_series(row));
  }
  if (!plot.series.empty()) section.blocks.push_back(Block::plot_of(std::move(plot)));
  return section;
}

Result<DocumentSection> metrics_section(Store& store, const RunRecord& run) {
  DocumentSection section{"Workload metrics", {}, "efficiency"};
  TRY_ASSIGN(const auto names, metric_names(store));
  std::vector<std::string> by{"workload"};
  const auto parameters = all_parameters(run);
  by.insert(by.end(), parameters.begin(), parameters.end());
  const bool has_threads = std::find(parameters.begin(), parameters.end(), "threads") != parameters.end();
  std::vector<std::string> constant;
  for (const auto& name : names) {
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter(where_run(run)));
    TRY_ASSIGN(query.count, parse_count("crashed"));
    query.by = by;
    TRY_ASSIGN(const auto metrics, query_metrics(store, {name, query.where, by}));
    if (metrics.empty()) continue;
    TRY_ASSIGN(const auto rates, query_rates(store, query));
    const auto groups = metric_groups(name, rates, metrics, true);
    if (is_constant(groups)) {
      constant.push_back(name);
      continue;
    }
    MetricTableOptions options;
    options.efficiency_by = has_threads ? "threads" : "";
    options.command = CommandBuilder("metrics")
                          .word(name)
                          .list("--by", by)
                          .option("--efficiency", options.efficiency_by)
                          .option("--where", where_run(run))
                          .text();
    TRY_ASSIGN(auto people, metric_table(groups, options));
    options.audience = TableAudience::programs;
    TRY_ASSIGN(auto programs, metric_table(groups, options));
    section.blocks.push_back(Block::table_of(fmt::format("metric_{}", section.blocks.size() + 1),
                                             std::move(people), std::move(programs)));
  }
  if (!constant.empty()) {
    section.blocks.push_back(Block::paragraph(
        fmt::format("The same in every trial that passed, and left out: {}.", fmt::join(constant, ", "))));
  } else if (section.blocks.empty()) {
    section.blocks.push_back(Block::paragraph("No trial of this run printed a metric."));
  }
  return section;
}

}  // namespace faultline

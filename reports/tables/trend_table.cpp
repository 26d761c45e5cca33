#include "reports/tables/trend_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "analyzer/statistics/change_point.h"
#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/trend.h"
#include "core/base/check.h"
#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"

namespace faultline {
namespace {

/// One cell in one run.
struct Point {
  const RunRecord* run = nullptr;
  const RunRecord* before = nullptr;  ///< The cell's last run before it; null for the first.
  Proportion of;
  Proportion of_before;
};

struct CellTrend {
  std::vector<QueryValue> values;
  std::vector<Point> points;  ///< Oldest first; with trials.
};

std::vector<std::pair<std::string, std::string>> traits_of(const RunRecord& run) {
  std::vector<std::pair<std::string, std::string>> traits{
      {"campaign", run.campaign_hash},
      {"host", run.host.host_name.empty() ? run.host.host_key : run.host.host_name},
      {"os_version", run.host.os_version.value_or("")},
      {"os_build", run.host.os_build.value_or("")},
      {"kernel", run.host.kernel.value_or("")},
      {"agx_version", run.host.agx_version.value_or("")},
      {"model", run.host.model.value_or("")},
      {"chip", run.host.chip.value_or("")}};
  traits.insert(traits.end(), run.facts.begin(), run.facts.end());
  traits.insert(traits.end(), run.host.more.begin(), run.host.more.end());
  return traits;
}

/// A hash is no name: eight digits tell two campaigns apart.
std::string shown(const std::string& trait, const std::string& value) {
  if (value.empty()) return "(none)";
  return trait == "campaign" ? short_id(value) : value;
}

std::string text_in(const QueryValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr ? std::string() : *text;
}

std::vector<CellTrend> cell_trends(const RatesResult& rates, const std::vector<RunRecord>& runs,
                                   std::size_t last_runs) {
  std::vector<const RunRecord*> in_order;
  for (const RunRecord& run : runs) in_order.push_back(&run);
  std::sort(in_order.begin(), in_order.end(), [](const RunRecord* a, const RunRecord* b) {
    return std::pair(a->started, a->uuid.text()) < std::pair(b->started, b->uuid.text());
  });
  std::set<std::string> seen;
  for (const RatesRow& row : rates.rows) {
    if (row.counts.trials > 0) seen.insert(text_in(row.values.back()));
  }
  std::erase_if(in_order, [&](const RunRecord* run) { return !seen.contains(run->uuid.text()); });
  if (in_order.size() > last_runs)
    in_order.erase(in_order.begin(), in_order.end() - static_cast<std::ptrdiff_t>(last_runs));
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < in_order.size(); ++i) place[in_order[i]->uuid.text()] = i;

  std::vector<CellTrend> cells;
  std::map<std::vector<QueryValue>, std::size_t> index;
  for (const RatesRow& row : rates.rows) {
    const auto run = place.find(text_in(row.values.back()));
    if (run == place.end() || row.counts.trials == 0) continue;
    const std::vector<QueryValue> values(row.values.begin(), row.values.end() - 1);
    const auto [found, is_new] = index.try_emplace(values, cells.size());
    if (is_new) cells.push_back({values, {}});
    Point point;
    point.run = in_order[run->second];
    point.of = {row.counts.counted, row.counts.trials};
    cells[found->second].points.push_back(point);
  }
  for (CellTrend& cell : cells) {
    auto& points = cell.points;
    std::sort(points.begin(), points.end(), [&](const Point& a, const Point& b) {
      return place.at(a.run->uuid.text()) < place.at(b.run->uuid.text());
    });
    for (std::size_t i = 1; i < points.size(); ++i) {
      points[i].before = points[i - 1].run;
      points[i].of_before = points[i - 1].of;
    }
  }
  return cells;
}

Table base_table(const RatesResult& rates, const std::vector<const CellTrend*>& row_of,
                 const TrendOptions& options) {
  Table table;
  std::vector<std::string> names = rates.columns;
  CHECK(!names.empty());
  names.pop_back();
  table.columns = group_columns(names, row_of.size(), [&](std::size_t row) -> const std::vector<QueryValue>& {
    return row_of[row]->values;
  });
  table.facts.emplace_back("by", TextList(names));
  table.facts.emplace_back("count", options.count);
  table.facts.emplace_back("level", options.level);
  return table;
}

std::vector<TableCell> name_cells(const CellTrend& cell) {
  std::vector<TableCell> cells;
  for (const QueryValue& value : cell.values) cells.emplace_back(cell_value(value));
  return cells;
}

/// Programs keep the word that they know.
const char* chance_word(TableAudience audience) {
  return audience == TableAudience::people ? "consistent with chance" : "as chance lets them";
}

std::vector<Proportion> groups_of(const CellTrend& cell) {
  std::vector<Proportion> groups;
  for (const Point& point : cell.points) groups.push_back(point.of);
  return groups;
}

/// Since which run each cell has another rate; p-values by Holm over the cells that have enough runs.
std::vector<std::optional<ChangePoint>> changes_of(const std::vector<CellTrend>& cells) {
  std::vector<std::optional<ChangePoint>> changes;
  std::vector<double> p_values;
  for (const CellTrend& cell : cells) {
    changes.push_back(find_change(groups_of(cell)));
    if (changes.back()) p_values.push_back(changes.back()->p_value);
  }
  const std::vector<double> adjusted = holm(p_values);
  std::size_t next = 0;
  for (auto& change : changes) {
    if (change) change->p_value = adjusted[next++];
  }
  return changes;
}

bool any_change(const std::vector<std::optional<ChangePoint>>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const auto& change) { return change.has_value(); });
}

void add_change_columns(Table& table, const std::vector<std::optional<ChangePoint>>& changes,
                        const TrendOptions& options) {
  table.columns.push_back(text_column("change_at", "changed at"));
  table.columns.push_back(number_column("change_p", "p", Unit::p_value));
  table.columns.push_back(number_column("change_before", "before", Unit::share));
  table.columns.push_back(number_column("change_after", "after", Unit::share));
  table.columns.push_back(text_column("change_with", "what changed with it"));
  const auto judged =
      std::count_if(changes.begin(), changes.end(), [](const auto& change) { return change.has_value(); });
  if (judged == 0) return;
  table.footnotes.push_back(fmt::format(
      "Changed at: the run from which on the rate is another one, by permutation of the runs ({} of a cell "
      "at "
      "least){}; named where p is at most {:.2g}. What changed with it is not thereby what changed the rate.",
      kLeastNightsForChange, judged > 1 ? fmt::format(", Holm's correction over {} cells", judged) : "",
      1.0 - options.level));
}

void add_change_cells(std::vector<TableCell>& row, const CellTrend& cell,
                      const std::optional<ChangePoint>& change, const TrendOptions& options) {
  row.resize(row.size() + 5);
  const auto cells = row.end() - 5;
  if (!change) return;
  cells[1] = change->p_value;
  if (change->p_value > 1.0 - options.level) return;
  const Point& point = cell.points[change->first];
  cells[0] = TableCell(local_date(point.run->started, point.run->host.zone_minutes), Emphasis::strong);
  cells[2] = change->before.ratio();
  cells[3] = change->after.ratio();
  cells[4] = changes_between(*point.before, *point.run);
}

Table cells_table(const RatesResult& rates, const std::vector<CellTrend>& cells,
                  const std::vector<std::optional<ChangePoint>>& changes, IntervalMethod method,
                  TableAudience audience, const TrendOptions& options) {
  std::vector<const CellTrend*> row_of;
  for (const CellTrend& cell : cells) row_of.push_back(&cell);
  Table table = base_table(rates, row_of, options);
  table.columns.push_back(number_column("runs"));
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  table.columns.push_back(text_column("runs_differ", "do runs differ"));
  table.columns.push_back(number_column("dispersion_p", "p", Unit::p_value));
  table.columns.push_back(number_column("dispersion", "variance", Unit::ratio));
  const bool shows_change = audience == TableAudience::programs || any_change(changes);
  if (shows_change) add_change_columns(table, changes, options);
  bool any_wide = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const CellTrend& cell = cells[i];
    const std::vector<Proportion> groups = groups_of(cell);
    const Proportion all = pooled(groups);
    const Dispersion dispersion = overdispersion(groups);
    const ChosenInterval chosen = choose_interval(all, {method == IntervalMethod::anytime, groups},
                                                  {std::nullopt, IntervalSide::two_sided, options.level});
    any_wide = any_wide || chosen.widened;
    std::vector<TableCell> row = name_cells(cell);
    row.emplace_back(static_cast<std::int64_t>(cell.points.size()));
    row.emplace_back(Rate{all, chosen.interval});
    if (dispersion.groups < 2) {
      row.insert(row.end(), 3, TableCell());
    } else {
      row.emplace_back(std::string(dispersion.is_overdispersed ? "yes" : chance_word(audience)),
                       dispersion.is_overdispersed ? Emphasis::strong : Emphasis::none);
      row.emplace_back(dispersion.p_value);
      row.emplace_back(dispersion.factor);
    }
    if (shows_change) add_change_cells(row, cell, changes[i], options);
    table.rows.push_back(std::move(row));
  }
  table.footnotes.push_back(fmt::format("Intervals: {}, two-sided {} %.", interval_method_name(method),
                                        format_level(options.level)));
  if (any_wide) {
    table.footnotes.emplace_back(
        "Where runs differ beyond chance, trials of one run are not independent: the interval uses the "
        "effective number of trials (Korn and Graubard), and is wider for it.");
  }
  table.footnotes.emplace_back(
      "Do runs differ: Pearson's chi-squared over runs, yes where p < 0.05; the variance is that between "
      "runs "
      "against the binomial one.");
  return table;
}

/// Each cell's run against its run before, judged together.
std::vector<Comparison> compare_with_before(const std::vector<CellTrend>& cells, bool anytime, double level) {
  std::vector<ComparisonInput> inputs;
  for (const CellTrend& cell : cells) {
    for (const Point& point : cell.points) {
      if (point.before == nullptr) continue;
      ComparisonInput input;
      input.a = point.of;
      input.b = point.of_before;
      input.nights = {{point.of_before, false}, {point.of, true}};
      input.context.share_night = false;
      input.context.anytime = anytime;
      inputs.push_back(std::move(input));
    }
  }
  return compare_all(inputs, level);
}

/// `moves` are of the points that have a run before them, in their order.
Table runs_table(const RatesResult& rates, const std::vector<CellTrend>& cells,
                 const std::vector<Comparison>& moves, IntervalMethod method, TableAudience audience,
                 const TrendOptions& options) {
  std::vector<const CellTrend*> row_of;
  for (const CellTrend& cell : cells) row_of.insert(row_of.end(), cell.points.size(), &cell);
  Table table = base_table(rates, row_of, options);
  table.columns.push_back(row_name(text_column("date")));
  table.columns.push_back(row_name(text_column("run")));
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  table.columns.push_back(text_column("moved", "against the previous run"));
  table.columns.push_back(number_column("moved_p", "p", Unit::p_value));
  table.columns.push_back(text_column("changed", "what changed with it"));
  std::size_t move = 0;
  for (const CellTrend& cell : cells) {
    for (const Point& point : cell.points) {
      const std::string uuid = point.run->uuid.text();
      std::vector<TableCell> row = name_cells(cell);
      row.emplace_back(local_date(point.run->started, point.run->host.zone_minutes));
      row.emplace_back(audience == TableAudience::people ? short_id(uuid) : uuid);
      row.emplace_back(Rate{point.of, proportion_interval(method, point.of, options.level)});
      if (point.before == nullptr) {
        row.insert(row.end(), 3, TableCell());
      } else {
        const Comparison& of = moves[move++];
        const bool moved = of.change.direction != ComparisonVerdict::undecided;
        row.emplace_back(std::string(verdict_sign(of.change.direction)),
                         moved ? Emphasis::strong : Emphasis::dim);
        row.emplace_back(of.change.adjusted_p);
        row.emplace_back(changes_between(*point.before, *point.run));
      }
      table.rows.push_back(std::move(row));
    }
  }
  if (!moves.empty()) {
    table.footnotes.push_back(fmt::format(
        "Against the previous run: a change beyond trial-to-trial chance, p with Holm's correction over {}; "
        "~ "
        "is undecided. How much nights vary by themselves is not in it, and what changed with a run is not "
        "thereby what moved the rate.",
        format_count(static_cast<std::int64_t>(moves.size()), "claim")));
  }
  return table;
}

}  // namespace

std::vector<std::string> changes_between(const RunRecord& before, const RunRecord& after) {
  const auto old_traits = traits_of(before);
  const auto new_traits = traits_of(after);
  std::map<std::string, std::string> old_of(old_traits.begin(), old_traits.end());
  std::map<std::string, std::string> new_of(new_traits.begin(), new_traits.end());
  std::vector<std::string> changes;
  std::set<std::string> named;
  const auto look_at = [&](const std::string& name) {
    if (!named.insert(name).second || old_of[name] == new_of[name]) return;
    changes.push_back(fmt::format("{} {} -> {}", name, shown(name, old_of[name]), shown(name, new_of[name])));
  };
  for (const auto& [name, value] : new_traits) look_at(name);
  for (const auto& [name, value] : old_traits) look_at(name);
  return changes;
}

Trends trend_tables(const RatesResult& rates, const std::vector<RunRecord>& runs,
                    const TrendOptions& options) {
  CHECK(!rates.columns.empty() && rates.columns.back() == "run");
  const auto cells = cell_trends(rates, runs, options.last_runs);
  const IntervalMethod method = interval_method_for(rates, {});
  const auto moves = compare_with_before(cells, method == IntervalMethod::anytime, options.level);
  const auto changes = changes_of(cells);
  const auto laid_out = [&](TableAudience audience) {
    TrendTables tables{cells_table(rates, cells, changes, method, audience, options),
                       runs_table(rates, cells, moves, method, audience, options)};
    tables.runs.command = options.command;
    return tables;
  };
  Trends trends{laid_out(TableAudience::people), laid_out(TableAudience::programs)};
  trends.people.cells.caption = fmt::format("All runs together: {}.", options.count);
  trends.people.runs.caption = "From run to run.";
  return trends;
}

std::string write_trend(const TrendTables& tables, TableFormat format, const WriterOptions& writer) {
  if (format == TableFormat::csv) return write_table(tables.runs, format, writer);
  if (format != TableFormat::json)
    return write_table(tables.cells, format, writer) + "\n" + write_table(tables.runs, format, writer);
  nlohmann::ordered_json json = table_json(tables.runs);
  json["cells"] = rows_json(tables.cells);
  return terminal_safe_json(json.dump(1)) + "\n";
}

}  // namespace faultline

#include "reports/tables/survival_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "analyzer/statistics/competing_ends.h"
#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/multiple_claims.h"
#include "analyzer/statistics/survival.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"

namespace faultline {
namespace {

/// The lives of one row of the table.
struct Lives {
  const LifetimesRow* of = nullptr;
  std::string phase;                 ///< Where rows are phases.
  std::vector<Lifetime> lifetimes;   ///< For what looks at crashes alone: all other ends leave the risk.
  std::vector<TrialCourse> courses;  ///< The same trials, with how each ended.
  std::int64_t left_out = 0;         ///< That ended as counted, but did not tell how far they came.
};

std::optional<double> time_of(const TrialEnd& end, const SurvivalTableOptions& options) {
  if (!options.over.empty()) return end.work;
  return static_cast<double>(end.duration_ns) / 1e6;
}

/// A trial that was killed at its time limit was stopped from outside; every other one came to its end.
TrialFate other_fate(Outcome outcome) {
  return outcome == Outcome::hung ? TrialFate::censored : TrialFate::ended;
}

Lives lives_of(const LifetimesRow& row, const std::string* phase, const SurvivalTableOptions& options) {
  Lives lives{&row, phase == nullptr ? "" : *phase, {}, {}, 0};
  for (const TrialEnd& end : row.ends) {
    const bool ended = options.counts(end.outcome) && (phase == nullptr || end.phase == *phase);
    const auto time = time_of(end, options);
    if (time) {
      lives.lifetimes.push_back({*time, ended});
      lives.courses.push_back({*time, ended ? TrialFate::crashed : other_fate(end.outcome)});
    } else if (ended) {
      ++lives.left_out;
    }
  }
  return lives;
}

std::vector<Lives> all_lives(const std::vector<LifetimesRow>& rows, const SurvivalTableOptions& options) {
  std::vector<Lives> all;
  for (const LifetimesRow& row : rows) {
    if (!options.by_phase) {
      all.push_back(lives_of(row, nullptr, options));
      continue;
    }
    std::set<std::string> phases;
    for (const TrialEnd& end : row.ends) {
      if (options.counts(end.outcome)) phases.insert(end.phase);
    }
    for (const std::string& phase : phases) all.push_back(lives_of(row, &phase, options));
  }
  return all;
}

bool is_time(const SurvivalTableOptions& options) { return options.over.empty(); }

Column time_column(const std::string& key, const std::string& title, const SurvivalTableOptions& options) {
  // Wall-clock time is in milliseconds, and its key says so.
  return is_time(options) ? number_column(key + "_ms", title, Unit::milliseconds) : number_column(key, title);
}

Table base_table(const std::vector<std::string>& columns, const std::vector<Lives>& lives,
                 const SurvivalTableOptions& options) {
  Table table;
  table.command = options.command;
  table.columns =
      group_columns(columns, lives.size(),
                    [&](std::size_t row) -> const std::vector<QueryValue>& { return lives[row].of->values; });
  if (options.by_phase) table.columns.push_back(row_name(text_column("phase")));
  table.facts.emplace_back("over", is_time(options) ? "seconds" : options.over);
  table.facts.emplace_back("by", TextList(columns));
  table.facts.emplace_back("by_phase", options.by_phase);
  table.facts.emplace_back("count", options.count);
  table.facts.emplace_back("level", options.level);
  if (options.audience == TableAudience::people) {
    table.caption = fmt::format("How far trials come until they have {}, by {}.", options.count,
                                is_time(options) ? "wall-clock time" : options.over);
  }
  table.footnotes.push_back(fmt::format(
      "Aalen-Johansen, log-log intervals, two-sided {} %: a trial that passed or ended otherwise has ended, "
      "and will not be {} later; only one that was killed at its time limit is censored.",
      format_level(options.level), options.count));
  table.footnotes.push_back(fmt::format("Rates: {}, two-sided {} %.", interval_method_name(options.method),
                                        format_level(options.level)));
  if (options.method == IntervalMethod::anytime) {
    table.footnotes.emplace_back(
        "Warning: a run is unfinished or has a stop rule; medians and curves are made for one look at a "
        "finished one.");
  }
  if (options.by_phase) {
    table.footnotes.emplace_back(
        "By phase: only crashes in that phase count, a crash in another one is another end.");
  }
  std::int64_t left_out = 0;
  for (const Lives& one : lives) left_out += one.left_out;
  if (left_out > 0) {
    table.footnotes.push_back(
        fmt::format("{} ({}) printed no {} and could not be placed: in truth the curves lie lower.",
                    format_count(left_out, "trial"), options.count, options.over));
  }
  return table;
}

std::vector<TableCell> name_cells(const Lives& lives, const SurvivalTableOptions& options) {
  std::vector<TableCell> cells;
  for (const QueryValue& value : lives.of->values) cells.emplace_back(cell_value(value));
  if (options.by_phase) cells.emplace_back(lives.phase.empty() ? CellValue() : CellValue(lives.phase));
  return cells;
}

TableCell median_cell(const IncidenceCurve& curve) {
  constexpr double kOpen = std::numeric_limits<double>::infinity();
  if (!curve.median) {
    return Estimate{std::numeric_limits<double>::quiet_NaN(), kNoInterval, "not reached"};
  }
  return Estimate{*curve.median, {curve.median_low.value_or(0.0), curve.median_high.value_or(kOpen)}, {}};
}

std::string timing_word(const CrashTiming& timing, double adjusted_p, double level) {
  if (adjusted_p > 1.0 - level) return "~";
  const auto per_work = [](std::int64_t crashes, double work) {
    return work > 0.0 ? static_cast<double>(crashes) / work : 0.0;
  };
  return per_work(timing.early, timing.early_exposure) > per_work(timing.late, timing.late_exposure) ? "early"
                                                                                                     : "late";
}

}  // namespace

Table survival_table(const std::vector<std::string>& columns, const std::vector<LifetimesRow>& rows,
                     const SurvivalTableOptions& options) {
  const std::vector<Lives> lives = all_lives(rows, options);
  Table table = base_table(columns, lives, options);
  table.columns.push_back(rate_column("rate", options.count + " of trials"));
  Column median = estimate_column(is_time(options) ? "median_ms" : "median", "median",
                                  is_time(options) ? Unit::milliseconds : Unit::none);
  table.columns.push_back(std::move(median));
  table.columns.push_back(number_column("early"));
  table.columns.push_back(time_column("early_work", "work in the first half", options));
  table.columns.push_back(number_column("late"));
  table.columns.push_back(time_column("late_work", "work in the second half", options));
  table.columns.push_back(text_column("timing", "come"));
  table.columns.push_back(number_column("timing_p", "p", Unit::p_value));
  std::vector<CrashTiming> timings;
  std::vector<double> p_values;
  std::vector<std::vector<Lifetime>> groups;
  for (const Lives& one : lives) {
    timings.push_back(crash_timing(one.lifetimes));
    p_values.push_back(timings.back().p_value);
    groups.push_back(one.lifetimes);
  }
  const std::vector<double> adjusted = holm(p_values);
  for (std::size_t i = 0; i < lives.size(); ++i) {
    const IncidenceCurve curve = cumulative_incidence(lives[i].courses, options.level);
    const Proportion of{curve.crashed, curve.trials};
    std::vector<TableCell> cells = name_cells(lives[i], options);
    cells.emplace_back(
        Rate{of, choose_interval(of, {}, {options.method, IntervalSide::two_sided, options.level}).interval});
    cells.push_back(median_cell(curve));
    cells.emplace_back(timings[i].early);
    cells.emplace_back(timings[i].early_exposure);
    cells.emplace_back(timings[i].late);
    cells.emplace_back(timings[i].late_exposure);
    cells.emplace_back(timing_word(timings[i], adjusted[i], options.level));
    cells.emplace_back(adjusted[i]);
    table.rows.push_back(std::move(cells));
  }
  table.footnotes.emplace_back(
      "Median not reached: fewer than half ever end so. Early and late: crashes in the first and second half "
      "of the "
      "longest trial; tested against the work done in each, exact, Holm over the rows; ~ is undecided.");
  if (groups.size() > 1 && !options.by_phase) {
    const LogRankTest test = log_rank(groups);
    table.facts.emplace_back("log_rank_p", test.p_value);
    table.footnotes.push_back(
        fmt::format("Is it one hazard for all {} rows, other ends leaving the risk? Log-rank "
                    "test: p {}{}.",
                    groups.size(), test.p_value < 0.0001 ? "" : "= ", format_p_value(test.p_value)));
  }
  return table;
}

Table survival_curve_table(const std::vector<std::string>& columns, const std::vector<LifetimesRow>& rows,
                           const SurvivalTableOptions& options) {
  const std::vector<Lives> lives = all_lives(rows, options);
  Table table = base_table(columns, lives, options);
  table.columns.push_back(time_column("time", is_time(options) ? "time" : options.over, options));
  table.columns.push_back(number_column("at_risk"));
  table.columns.push_back(number_column("ended", options.count));
  table.columns.push_back(number_column("other_ends", "ended otherwise"));
  table.columns.push_back(number_column("censored"));
  table.columns.push_back(estimate_column("survival", "have not by then", Unit::share));
  for (const Lives& one : lives) {
    for (const IncidenceStep& step : cumulative_incidence(one.courses, options.level).steps) {
      std::vector<TableCell> cells = name_cells(one, options);
      cells.emplace_back(step.time);
      cells.emplace_back(step.at_risk);
      cells.emplace_back(step.crashed);
      cells.emplace_back(step.ended);
      cells.emplace_back(step.censored);
      const Interval interval =
          step.interval ? Interval{1.0 - step.interval->high, 1.0 - step.interval->low} : kNoInterval;
      cells.emplace_back(Estimate{1.0 - step.incidence, interval, {}});
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

}  // namespace faultline

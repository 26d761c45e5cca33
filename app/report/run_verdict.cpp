#include "app/report/run_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/campaign/run_changes.h"
#include "core/model/filter.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

std::string of_text(std::int64_t counted, std::int64_t trials) {
  return fmt::format("{} of {}", format_integer(counted), format_integer(trials));
}

std::string sites_words(const RunVerdict& verdict) {
  if (verdict.sites == 0) return "no crash site";
  return fmt::format("{}, {} new", format_count(verdict.sites, "crash site", "crash sites"),
                     verdict.new_families.size());
}

std::string control_words(const RunVerdict& verdict) {
  if (!verdict.control) return "no control";
  const ControlResult& control = *verdict.control;
  if (control.reproduced()) return "control crashed " + of_text(control.crashed, control.trials);
  return fmt::format("the control did not crash in {}, so this run proves nothing about the other cells",
                     format_count(control.trials, "trial", "trials"));
}

std::string change_words(const RunVerdict& verdict) {
  if (!verdict.before) return "no previous run to compare with";
  const auto count = [](const std::vector<std::string>& cells) {
    return format_count(static_cast<std::int64_t>(cells.size()), "cell", "cells");
  };
  if (verdict.worse.empty() && verdict.better.empty()) return "no cell changed since the previous run";
  if (verdict.worse.empty()) return count(verdict.better) + " better than in the previous run, none worse";
  std::string words = count(verdict.worse) + " worse than in the previous run";
  if (!verdict.better.empty()) words += fmt::format(", {} better", verdict.better.size());
  return words;
}

/// A family of which every report, and every crash without one, is of this run.
Result<std::vector<SiteRow>> new_families_of(Store& store, const RunRecord& run) {
  SitesQuery query;
  query.fold_families = true;
  TRY_ASSIGN(const auto all, query_sites(store, query));
  TRY_ASSIGN(query.where, parse_filter(where_run(run)));
  TRY_ASSIGN(auto of_run, query_sites(store, query));
  std::erase_if(of_run, [&](const SiteRow& row) {
    const auto known =
        std::find_if(all.begin(), all.end(), [&](const SiteRow& other) { return other.key == row.key; });
    return known == all.end() || known->reports != row.reports || known->uncaptured != row.uncaptured;
  });
  return of_run;
}

}  // namespace

std::string RunVerdict::sentence() const {
  std::string text = of_text(crashed.counted, crashed.trials) + " trials crashed";
  if (other_bad > 0) text += fmt::format(", {} hung, wrong or panicked", format_integer(other_bad));
  if (uncaptured > 0) text += fmt::format(" ({} without a report)", format_integer(uncaptured));
  if (setup_failed > 0)
    text += fmt::format("; {} failed to set up", format_count(setup_failed, "trial", "trials"));
  text += "; " + sites_words(*this) + "; " + control_words(*this) + "; " + change_words(*this);
  if (!is_finished) text += "; the run is not finished";
  return text + ".";
}

Result<RunVerdict> run_verdict(Store& store, const RunSummary& summary) {
  RunVerdict verdict;
  const RunRecord& run = summary.record;
  RatesQuery rates;
  TRY_ASSIGN(rates.where, parse_filter(where_run(run)));
  TRY_ASSIGN(rates.count, parse_count("crashed"));
  TRY_ASSIGN(const auto total, query_rates(store, rates));
  verdict.crashed = {total.total.counted, total.total.trials};
  verdict.other_bad = total.total.outcomes.bad() - total.total.outcomes[Outcome::crashed];
  verdict.setup_failed = total.total.outcomes[Outcome::setup_failed];
  verdict.uncaptured = total.total.uncaptured;
  SitesQuery sites;
  TRY_ASSIGN(sites.where, parse_filter(where_run(run)));
  TRY_ASSIGN(const auto rows, query_sites(store, sites));
  verdict.sites = static_cast<std::int64_t>(rows.size());
  TRY_ASSIGN(verdict.new_families, new_families_of(store, run));
  verdict.control = summary.control;
  verdict.is_finished = run.state == RunState::finished;
  TRY_ASSIGN(verdict.before, run_before(store, run));
  if (!verdict.before) return verdict;
  TRY_ASSIGN(const auto changes, changes_between_runs(store, run, *verdict.before));
  for (const Comparison& change : changes) {
    if (change.change.direction == ComparisonVerdict::higher) verdict.worse.push_back(change.group);
    if (change.change.direction == ComparisonVerdict::lower) verdict.better.push_back(change.group);
  }
  return verdict;
}

}  // namespace faultline

#include "app/report/run_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/report/run_report.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/number_format.h"
#include "reports/formats/table_view.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

constexpr std::size_t kShownSites = 5;
constexpr std::size_t kShownCells = 5;

std::string outcomes_words(const RunProgress& progress) {
  std::string words;
  for (const auto& row : kOutcomes) {
    const auto count = progress.outcomes[row.value];
    if (count == 0) continue;
    std::string name(row.text);
    std::replace(name.begin(), name.end(), '_', ' ');
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", format_integer(count), name);
  }
  return words;
}

std::string host_words(const HostFacts& host) {
  std::string words = host.host_name;
  const auto add = [&](const std::optional<std::string>& part) {
    if (part && !part->empty()) words += ", " + *part;
  };
  add(host.os_name.value_or("") + (host.os_version ? " " + *host.os_version : ""));
  add(host.os_build);
  add(host.model);
  if (host.agx_version) add("GPU driver " + *host.agx_version);
  return words;
}

std::string time_words(const RunRecord& run) {
  std::string words = format_utc(run.started).substr(0, 16) + "Z";
  if (run.ended) words += ", took " + format_duration(*run.ended - run.started);
  return words;
}

/// The cells that crash most.
Table worst_cells(const RunPage& page, const std::string& where) {
  RatesResult seen = page.cells;
  std::erase_if(seen.rows, [](const RatesRow& row) { return row.counts.counted == 0; });
  RateTableOptions options;
  options.command = fmt::format("faultline rates --by workload,cell --where {}", shell_quoted(where));
  Table table = rate_table(seen, options);
  (void)sort_rows(table, "rate:desc");
  table.columns.resize(3);
  for (auto& row : table.rows) row.resize(3);
  if (table.rows.size() > kShownCells) {
    table.footnotes.insert(
        table.footnotes.begin(),
        fmt::format("The {} with the highest rates of {} that crashed; {} in all.", kShownCells,
                    format_count(static_cast<std::int64_t>(table.rows.size()), "cell", "cells"),
                    page.cells.rows.size()));
    table.rows.resize(kShownCells);
  }
  return table;
}

Table top_sites(const RunPage& page, const std::string& where) {
  std::vector<SiteRow> rows = page.sites;
  if (rows.size() > kShownSites) rows.resize(kShownSites);
  SiteTableOptions options;
  options.key_digits = page.key_digits;
  options.command = fmt::format("faultline sites --where {}", shell_quoted(where));
  Table table = site_table(rows, options);
  for (const std::string_view key : {"last_seen", "first_seen", "os_builds"}) drop_column(table, key);
  if (page.sites.size() > kShownSites)
    table.footnotes.push_back(fmt::format("The first {} of {} sites.", kShownSites, page.sites.size()));
  return table;
}

}  // namespace

Result<RunPage> run_page(Store& store, const RunRecord& run) {
  RunPage page;
  TRY_ASSIGN(page.summary, stored_summary(store, run));
  TRY_ASSIGN(page.verdict, run_verdict(store, page.summary));
  SitesQuery sites;
  TRY_ASSIGN(sites.where, parse_filter(where_run(run)));
  TRY_ASSIGN(page.sites, query_sites(store, sites));
  RatesQuery rates;
  TRY_ASSIGN(rates.where, parse_filter(where_run(run)));
  TRY_ASSIGN(rates.count, parse_count("crashed"));
  rates.by = {"workload", "cell"};
  TRY_ASSIGN(page.cells, query_rates(store, rates));
  TRY_ASSIGN(page.key_digits, site_key_digits(store));
  return page;
}

Document run_document(const RunPage& page) {
  const RunRecord& run = page.summary.record;
  const std::string name = short_id(run.uuid.text());
  const std::string where = "run=" + name;
  Document document;
  document.title = fmt::format("{}, run {}", run.campaign_name, name);
  std::vector<std::pair<std::string, std::string>> facts{
      {"state",
       std::string(run_state_text(run.state)) + (run.state_reason.empty() ? "" : ": " + run.state_reason)},
      {"started", time_words(run)},
      {"trials", outcomes_words(page.summary.progress)},
      {"host", host_words(run.host)}};
  for (const std::string& cell : page.verdict.worse) facts.emplace_back("worse", cell);
  document.lead = {Block::strong(page.verdict.sentence()), Block::facts(std::move(facts))};
  if (page.verdict.crashed.counted > 0)
    document.sections.push_back({"Cells", {Block::table_of(worst_cells(page, where))}});
  if (!page.sites.empty())
    document.sections.push_back({"Crash sites", {Block::table_of(top_sites(page, where))}});
  std::vector<std::string> next{fmt::format("faultline report {}", name),
                                fmt::format("faultline list trials --where '{} and outcome=crashed'", where)};
  if (page.verdict.before)
    next.push_back(
        fmt::format("faultline compare {} {}", where, "run=" + short_id(page.verdict.before->uuid.text())));
  document.sections.push_back({"Next", {Block::list(std::move(next))}});
  return document;
}

std::string run_json(const RunPage& page) {
  using Json = nlohmann::ordered_json;
  const RunRecord& run = page.summary.record;
  Json outcomes = Json::object();
  for (const auto& row : kOutcomes)
    outcomes[std::string(row.text)] = page.summary.progress.outcomes[row.value];
  SiteTableOptions site_options;
  site_options.audience = TableAudience::programs;
  RateTableOptions rate_options;
  rate_options.audience = TableAudience::programs;
  Json new_families = Json::array();
  for (const SiteRow& row : page.verdict.new_families) new_families.push_back(row.key);
  Json json = {{"run", run.uuid.text()},
               {"campaign", run.campaign_name},
               {"state", std::string(run_state_text(run.state))},
               {"started", format_utc(run.started)},
               {"ended", run.ended ? Json(format_utc(*run.ended)) : Json()},
               {"host", run.host.host_name},
               {"verdict", page.verdict.sentence()},
               {"outcomes", std::move(outcomes)},
               {"previous_run", page.verdict.before ? Json(page.verdict.before->uuid.text()) : Json()},
               {"worse", page.verdict.worse},
               {"better", page.verdict.better},
               {"new_families", std::move(new_families)},
               {"cells", rows_json(rate_table(page.cells, rate_options))},
               {"sites", rows_json(site_table(page.sites, site_options))}};
  return terminal_safe_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace faultline

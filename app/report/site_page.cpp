#include "app/report/site_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/hash.h"
#include "core/model/function_name.h"
#include "core/model/short_site.h"
#include "core/text/shell_quote.h"
#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/number_format.h"
#include "reports/formats/table_view.h"
#include "reports/tables/partner_table.h"
#include "reports/tables/rate_table.h"
#include "reports/tables/site_table.h"

namespace faultline {
namespace {

constexpr std::size_t kNewest = 3;
constexpr std::size_t kCells = 12;
constexpr std::size_t kNights = 7;
constexpr std::size_t kFrames = 6;
constexpr std::size_t kPartners = 5;
constexpr std::size_t kPartnersAsked = 1000;

Result<RatesResult> counted_by(Store& store, const SitePage& page, std::vector<std::string> by) {
  RatesQuery query;
  TRY_ASSIGN(query.count, parse_count(page.where));
  query.by = std::move(by);
  return query_rates(store, query);
}

Result<SiteRow> folded_row(Store& store, const SitePage& page, const std::string& site, std::size_t keys) {
  SitesQuery query;
  TRY_ASSIGN(query.where, parse_filter(page.where));
  query.fold_families = page.is_family;
  TRY_ASSIGN(auto rows, query_sites(store, query));
  if (rows.size() == 1) return std::move(rows.front());
  return fail(ErrorKind::invalid_argument,
              fmt::format("{} means {} crash sites of {} families; faultline sites {} lists them", site, keys,
                          rows.size(), shell_quoted(site)));
}

std::string site_stack_text(const StackRow& stack) {
  std::string text;
  for (std::size_t i = 0; i < std::min(stack.frames.size(), kFrames); ++i) {
    const StackFrameRow& frame = stack.frames[i];
    const std::string image = frame.image.empty() ? "?" : frame.image;
    text += frame.symbol.empty()
                ? fmt::format("{:>2}  {}+{}\n", i, image, hex(frame.image_offset))
                : fmt::format("{:>2}  {}{}  {}\n", i, short_function(frame.symbol),
                              frame.symbol_offset ? fmt::format(" +{}", *frame.symbol_offset) : "", image);
  }
  if (stack.frames.size() > kFrames) text += fmt::format("    {} more\n", stack.frames.size() - kFrames);
  return text;
}

/// Cells in which it was seen, the most frequent first; the others are a sentence.
DocumentSection cells_section(const SitePage& page, const std::string& counted) {
  DocumentSection section{"Rate by cell", {}};
  RatesResult seen = page.cells;
  std::int64_t clean_cells = 0;
  std::int64_t clean_trials = 0;
  std::erase_if(seen.rows, [&](const RatesRow& row) {
    const bool is_clean = row.counts.counted == 0;
    clean_cells += is_clean && row.counts.trials > 0 ? 1 : 0;
    clean_trials += is_clean ? row.counts.trials : 0;
    return is_clean;
  });
  if (seen.rows.empty()) return section;
  RateTableOptions options;
  options.count = "at this site";
  options.command = fmt::format("faultline rates --by workload,cell --count {}", shell_quoted(counted));
  Table table = rate_table(seen, options);
  table.columns.resize(3);
  for (auto& row : table.rows) row.resize(3);
  (void)sort_rows(table, "rate:desc");
  if (table.rows.size() > kCells) {
    table.footnotes.insert(table.footnotes.begin(),
                           fmt::format("The {} most frequent of {}.", kCells,
                                       format_count(static_cast<std::int64_t>(table.rows.size()), "cell")));
    table.rows.resize(kCells);
  }
  if (clean_cells > 0) {
    table.footnotes.insert(table.footnotes.begin(),
                           fmt::format("Not seen in {} of {}.", format_count(clean_trials, "trial"),
                                       format_count(clean_cells, "other cell", "other cells")));
  }
  section.blocks.push_back(Block::table_of(std::move(table)));
  return section;
}

DocumentSection nights_section_of(const SitePage& page, const std::string& counted) {
  DocumentSection section{"Trend", {}};
  RatesResult nights = page.nights;
  if (nights.rows.size() < 2) return section;
  std::reverse(nights.rows.begin(), nights.rows.end());
  if (nights.rows.size() > kNights) nights.rows.resize(kNights);
  RateTableOptions options;
  options.count = "at this site";
  options.command = fmt::format("faultline rates --by date --count {}", shell_quoted(counted));
  Table table = rate_table(nights, options);
  table.columns.resize(2);
  for (auto& row : table.rows) row.resize(2);
  table.footnotes.clear();
  section.blocks.push_back(Block::table_of(std::move(table)));
  return section;
}

DocumentSection newest_section(const SitePage& page, const std::string& counted) {
  DocumentSection section{"Newest reports", {}};
  if (page.newest.empty()) return section;
  Table table;
  table.columns = {row_name(text_column("incident")), text_column("time"), text_column("trial"),
                   text_column("cell"), text_column("os_build", "OS build")};
  for (const ReportRow& row : page.newest) {
    table.rows.push_back(
        {brief_cell(row.incident, short_id(row.incident)), short_time(row.time),
         row.trial_index ? TableCell(fmt::format("{}/{}", short_id(row.run), *row.trial_index)) : TableCell(),
         text_cell(row.cell), text_cell(row.os_build)});
  }
  arrange_columns(table, {{"incident"}, {"time"}, {"trial"}, {"cell", 1}, {"os_build", 2}});
  table.command = fmt::format("faultline list reports --where {}", shell_quoted(counted));
  section.blocks.push_back(Block::table_of(std::move(table)));
  return section;
}

DocumentSection partners_section(const SitePage& page) {
  DocumentSection section{"Co-occurring functions in other threads", {}};
  Table table = partner_table(page.partners);
  if (table.rows.empty()) return section;
  if (table.rows.size() > kPartners) table.rows.resize(kPartners);
  table.columns.front() = one_line(table.columns.front());
  for (auto& row : table.rows) {
    if (auto* name = std::get_if<std::string>(&row.front().value))
      row.front() = brief_cell(*name, short_function(*name));
  }
  table.footnotes.clear();
  arrange_columns(table, {{"function"}, {"here"}, {"lift", 1}, {"elsewhere", 2}});
  table.command = fmt::format("faultline sites {} --partners", page.row.key);
  section.blocks.push_back(Block::table_of(std::move(table)));
  return section;
}

std::string seen_text(const SiteRow& row) {
  const auto text = [](const std::string& utc) {
    const CellValue value = short_time(utc);
    return std::holds_alternative<std::string>(value) ? std::get<std::string>(value)
                                                      : std::string("not known");
  };
  return fmt::format("{} to {}", text(row.first_seen), text(row.last_seen));
}

}  // namespace

Result<SitePage> site_page(Store& store, const std::string& site) {
  TRY_ASSIGN(const auto keys, resolve_site(store, site));
  SitePage page;
  page.is_family = keys.size() > 1;
  page.where = page.is_family ? fmt::format("site in ({})", fmt::join(keys, ", ")) : "site=" + keys.front();
  TRY_ASSIGN(page.row, folded_row(store, page, site, keys.size()));
  TRY_ASSIGN(page.cells, counted_by(store, page, {"workload", "cell"}));
  TRY_ASSIGN(page.nights, counted_by(store, page, {"date"}));
  TRY_ASSIGN(const auto drivers, counted_by(store, page, {"agx_version"}));
  for (const RatesRow& row : drivers.rows) {
    const std::string version = query_value_text(row.values.front());
    if (row.counts.counted > 0 && !version.empty()) page.drivers.push_back(version);
  }
  ListQuery newest;
  newest.last = kNewest;
  TRY_ASSIGN(newest.where, parse_filter(page.where));
  TRY_ASSIGN(page.newest, list_reports(store, newest));
  TRY_ASSIGN(page.stacks, query_stacks(store, keys, StackChoice::crashed, 1));
  TRY_ASSIGN(const auto totals, query_report_totals(store, keys));
  TRY_ASSIGN(page.partners, query_partners(store, keys, totals, kPartnersAsked));
  return page;
}

Document site_document(const SitePage& page) {
  const SiteRow& row = page.row;
  Document document;
  document.title = short_site(row.text, row.image, row.family_text);
  std::vector<std::pair<std::string, std::string>> facts{
      {page.is_family ? "family" : "site", fmt::format("{}  {}", row.key, row.text)},
      {"reports", fmt::format("{} in {} of {}", format_integer(row.reports),
                              format_count(row.trials, "trial"), format_count(row.cells, "cell"))},
      {"seen", seen_text(row)}};
  if (!row.labels.empty()) facts.emplace_back("labels", fmt::format("{}", fmt::join(row.labels, ", ")));
  if (!row.os_builds.empty())
    facts.emplace_back("OS builds", fmt::format("{}", fmt::join(row.os_builds, ", ")));
  if (!page.drivers.empty())
    facts.emplace_back("GPU drivers", fmt::format("{}", fmt::join(page.drivers, ", ")));
  document.lead = {Block::facts(std::move(facts))};
  if (!page.stacks.empty()) {
    const StackRow& stack = page.stacks.front();
    document.sections.push_back({fmt::format("Commonest stack ({} of {})", format_integer(stack.reports),
                                             format_count(stack.of, "report")),
                                 {Block::code(site_stack_text(stack))}});
  }
  document.sections.push_back(cells_section(page, page.where));
  document.sections.push_back(nights_section_of(page, page.where));
  document.sections.push_back(newest_section(page, page.where));
  document.sections.push_back(partners_section(page));
  document.sections.push_back(
      {"Next",
       {Block::list(
           {fmt::format("faultline feedback {}   (a bundle for the vendor)", short_id(row.key)),
            fmt::format("faultline label {} known   (known, FB13…, fixed-in=BUILD)", short_id(row.key))})}});
  std::erase_if(document.sections, [](const DocumentSection& section) { return section.blocks.empty(); });
  return document;
}

std::string site_json(const SitePage& page) {
  using Json = nlohmann::ordered_json;
  SiteTableOptions site_options;
  site_options.audience = TableAudience::programs;
  RateTableOptions rate_options;
  rate_options.audience = TableAudience::programs;
  rate_options.count = page.where;
  Json newest = Json::array();
  for (const ReportRow& row : page.newest) newest.push_back(row.incident);
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  Json json = {{"site", rows_json(site_table({page.row}, site_options))[0]},
               {"reports", page.row.reports},
               {"trials", page.row.trials},
               {"first_seen", or_null(page.row.first_seen)},
               {"last_seen", or_null(page.row.last_seen)},
               {"cells", rows_json(rate_table(page.cells, rate_options))},
               {"nights", rows_json(rate_table(page.nights, rate_options))},
               {"os_builds", page.row.os_builds},
               {"drivers", page.drivers},
               {"newest", std::move(newest)},
               {"labels", page.row.labels}};
  return terminal_safe_json(json.dump(2, ' ', false, Json::error_handler_t::replace)) + "\n";
}

}  // namespace faultline

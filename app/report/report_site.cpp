#include "app/report/report_site.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/questions/command_builder.h"
#include "core/base/hash.h"
#include "core/model/short_site.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/list_tables.h"
#include "reports/tables/partner_table.h"

namespace faultline {
namespace {

/// What a person looks through on a page; the commands beside give all.
constexpr std::size_t kPartners = 8;
constexpr std::size_t kReports = 10;
/// Of so many is chosen who was there more often than elsewhere.
constexpr std::size_t kPartnersAsked = 1000;

std::string frame_text(const StackFrameRow& frame, std::size_t index) {
  std::string line =
      fmt::format("{:<3} {} + {}", index, frame.image.empty() ? "?" : frame.image, hex(frame.image_offset));
  if (!frame.symbol.empty()) line += "  " + frame.symbol;
  if (frame.symbol_offset) line += fmt::format(" + {}", *frame.symbol_offset);
  if (frame.inlined) line += " [inlined]";
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line + "\n";
}

Result<void> add_stack(Store& store, const SiteRow& site, std::vector<Block>& blocks) {
  TRY_ASSIGN(const auto stacks, query_stacks(store, {site.key}, StackChoice::crashed, 1));
  if (stacks.empty()) return {};
  const StackRow& stack = stacks.front();
  blocks.push_back(Block::paragraph(fmt::format(
      "The commonest stack, in {} of {}:", format_integer(stack.reports), format_count(stack.of, "report"))));
  std::string frames;
  for (std::size_t i = 0; i < stack.frames.size(); ++i) frames += frame_text(stack.frames[i], i);
  blocks.push_back(Block::code(std::move(frames)));
  blocks.push_back(Block::rerun(CommandBuilder("show").word(stack.incident).text()));
  return {};
}

Result<void> add_portrait(Store& store, const SiteRow& site, const ReportTotals& totals,
                          std::vector<Block>& blocks) {
  TRY_ASSIGN(const auto partners, query_partners(store, {site.key}, totals, kPartnersAsked));
  if (partners.empty()) return {};
  Table table = partner_table(partners);
  table.caption = "Who else was there: what other threads were in, more often than elsewhere";
  table.command = CommandBuilder("sites").word(site.key).flag("--partners", true).text();
  if (table.rows.size() > kPartners) {
    table.footnotes.push_back(
        fmt::format("The first {} of {}.", kPartners,
                    format_count(static_cast<std::int64_t>(table.rows.size()), "function")));
    table.rows.resize(kPartners);
  }
  blocks.push_back(Block::table_of(std::move(table), fmt::format("portrait_{}", site.key)));
  return {};
}

/// What differs between reports of one site.
Table report_table(const std::vector<ReportRow>& rows) {
  Table table;
  table.columns = {
      row_name(text_column("incident")), text_column("time"),  text_column("trial"), text_column("cell"),
      text_column("os_build"),           text_column("origin")};
  table.columns[4].title = "OS build";
  for (const ReportRow& row : rows) {
    table.rows.push_back({brief_cell(row.incident, short_id(row.incident)), short_time(row.time),
                          row.trial_index ? TableCell(*row.trial_index) : TableCell(), row.cell, row.os_build,
                          row.origin});
  }
  return table;
}

Result<void> add_reports(Store& store, const RunRecord& run, const SiteRow& site,
                         std::vector<Block>& blocks) {
  TRY_ASSIGN(const auto rows, newest_reports_of_site(store, site.key, run.uuid, kReports));
  if (rows.empty()) return {};
  Table programs = report_list_table(rows, {TableAudience::programs});
  Table table = report_table(rows);
  table.caption =
      static_cast<std::int64_t>(rows.size()) < site.reports
          ? fmt::format("The newest {} of {} in this run", rows.size(), format_count(site.reports, "report"))
          : fmt::format("Its {} in this run", format_count(site.reports, "report"));
  table.command = CommandBuilder("list reports")
                      .option("--where", fmt::format("run={} and site={}", run.uuid.text(), site.key))
                      .text();
  programs.command = table.command;
  blocks.push_back(
      Block::table_of(fmt::format("reports_{}", site.key), std::move(table), std::move(programs)));
  return {};
}

}  // namespace

Result<Block> site_detail(Store& store, const RunRecord& run, const SiteRow& site,
                          const ReportTotals& totals) {
  std::vector<Block> blocks;
  TRY(add_stack(store, site, blocks));
  TRY(add_portrait(store, site, totals, blocks));
  TRY(add_reports(store, run, site, blocks));
  return Block::fold(fmt::format("{} {}", site.key, short_site(site.text, site.image, site.family_text)),
                     std::move(blocks));
}

}  // namespace faultline

#include "reports/tables/partner_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "analyzer/statistics/difference.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

struct Partner {
  PartnerRow row;
  Proportion here;
  Proportion elsewhere;
  Interval lift;
};

std::vector<Partner> partners_of(const std::vector<PartnerRow>& rows, double level) {
  std::vector<Partner> partners;
  for (const auto& row : rows) {
    Partner partner{row, {row.reports, row.of}, {row.elsewhere, row.elsewhere_of}, {}};
    if (partner.here.ratio() <= partner.elsewhere.ratio()) continue;
    partner.lift = koopman_ratio(partner.here, partner.elsewhere, level);
    partners.push_back(std::move(partner));
  }
  std::stable_sort(partners.begin(), partners.end(), [](const Partner& a, const Partner& b) {
    return a.lift.low != b.lift.low ? a.lift.low > b.lift.low : a.row.reports > b.row.reports;
  });
  return partners;
}

/// Without reports of other sites there is nothing to be more frequent than.
TableCell lift_cell(const Partner& partner) {
  if (partner.elsewhere.trials == 0) return {};
  return Estimate{rate_ratio(partner.here, partner.elsewhere), partner.lift};
}

}  // namespace

Table partner_table(const std::vector<PartnerRow>& rows, double level) {
  Table table;
  table.columns = {
      row_name(text_column("function", "in other threads")), rate_column("here", "reports of this site"),
      rate_column("elsewhere", "reports of other sites"), estimate_column("lift", "lift", Unit::ratio)};
  const auto partners = partners_of(rows, level);
  for (const auto& partner : partners) {
    table.rows.push_back({partner.row.function, Rate{partner.here, clopper_pearson(partner.here, level)},
                          partner.elsewhere.trials == 0
                              ? TableCell()
                              : TableCell(Rate{partner.elsewhere, clopper_pearson(partner.elsewhere, level)}),
                          lift_cell(partner)});
  }
  const auto left_out = static_cast<std::int64_t>(rows.size() - partners.size());
  if (left_out > 0) {
    table.footnotes.push_back(fmt::format("{} no more frequent here than in reports of other sites.",
                                          format_count(left_out, "function is", "functions are")));
  }
  table.footnotes.push_back(
      fmt::format("Intervals, two-sided {} %: shares Clopper-Pearson, lift Koopman.", format_level(level)));
  return table;
}

}  // namespace faultline

#include "reports/tables/metric_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/formats/number_format.h"

namespace faultline {
namespace {

/// The group's values in the columns that the reference does not name.
std::vector<QueryValue> like_values(const MetricGroup& group, const std::vector<bool>& is_named) {
  std::vector<QueryValue> values;
  for (std::size_t i = 0; i < group.values.size(); ++i) {
    if (!is_named[i]) values.push_back(group.values[i]);
  }
  return values;
}

std::vector<RunNumber> run_numbers(const MetricGroup& group) {
  std::vector<RunNumber> out;
  out.reserve(group.numbers.size());
  for (std::size_t i = 0; i < group.numbers.size(); ++i) out.push_back({group.numbers[i], group.runs[i]});
  return out;
}

}  // namespace

std::vector<std::optional<NumberComparison>> metric_claims(const MetricGroups& groups,
                                                           const MetricReference& against, double level) {
  std::vector<bool> is_named;
  for (const std::string& column : groups.columns) {
    is_named.push_back(std::find(against.named.begin(), against.named.end(), column) != against.named.end());
  }
  std::map<std::vector<QueryValue>, std::vector<RunNumber>> reference;
  std::map<std::vector<QueryValue>, bool> is_reference;
  for (const MetricGroup& group : against.groups) {
    is_reference[group.values] = true;
    auto& like = reference[like_values(group, is_named)];
    const auto numbers = run_numbers(group);
    like.insert(like.end(), numbers.begin(), numbers.end());
  }
  std::vector<NumberComparison> claims;
  std::vector<std::size_t> of_group;
  for (std::size_t i = 0; i < groups.groups.size(); ++i) {
    const MetricGroup& group = groups.groups[i];
    const auto like = reference.find(like_values(group, is_named));
    if (is_reference.contains(group.values) || group.numbers.empty() || like == reference.end() ||
        like->second.empty())
      continue;
    claims.push_back(compare_numbers(run_numbers(group), like->second, level));
    of_group.push_back(i);
  }
  judge_numbers(claims, level);
  std::vector<std::optional<NumberComparison>> out(groups.groups.size());
  for (std::size_t i = 0; i < claims.size(); ++i) out[of_group[i]] = claims[i];
  return out;
}

std::string claims_sentence(const MetricReference& against,
                            const std::vector<std::optional<NumberComparison>>& claims) {
  const auto number =
      std::count_if(claims.begin(), claims.end(), [](const auto& claim) { return claim.has_value(); });
  const bool any_apart =
      std::any_of(claims.begin(), claims.end(), [](const auto& claim) { return claim && !claim->share_run; });
  return fmt::format(
      "Ratio to {}: the median ratio of two trials' numbers (Hodges and Lehmann), against the group that is "
      "alike in all else; Mann and Whitney's test{}; ~ is undecided.{}",
      against.name, number > 1 ? fmt::format(", Holm's correction over {} claims", number) : "",
      any_apart ? " Sides that share no run have no verdict: how much runs vary by themselves is not known."
                : "");
}

void add_claim_columns(Table& table, const MetricReference& against,
                       const std::vector<std::optional<NumberComparison>>& claims) {
  table.columns.push_back(estimate_column("ratio", "ratio to " + against.name, Unit::ratio));
  table.columns.push_back(number_column("ratio_p", "p", Unit::p_value));
  table.columns.push_back(text_column("ratio_verdict", "verdict"));
  table.footnotes.push_back(claims_sentence(against, claims));
}

void add_claim_cells(std::vector<TableCell>& cells, TableAudience audience,
                     const std::optional<NumberComparison>& claim) {
  if (!claim) {
    cells.resize(cells.size() + 3);
    return;
  }
  if (claim->ratio) {
    cells.emplace_back(Estimate{claim->ratio->value, claim->ratio->interval.value_or(kNoInterval)});
  } else {
    cells.emplace_back();
  }
  cells.emplace_back(claim->adjusted_p);
  cells.emplace_back(std::string(audience == TableAudience::people ? verdict_sign(claim->verdict)
                                                                   : verdict_text(claim->verdict)),
                     claim->verdict == ComparisonVerdict::undecided ? Emphasis::dim : Emphasis::strong);
}

}  // namespace faultline

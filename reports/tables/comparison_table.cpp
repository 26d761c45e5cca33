#include "reports/tables/comparison_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/check.h"
#include "core/base/text_escape.h"
#include "reports/formats/json_writer.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json side(const Proportion& of, const Interval& interval) {
  return {{"trials", of.trials},
          {"counted", of.counted},
          {"rate", of.trials == 0 ? Json(nullptr) : Json(of.ratio())},
          {"low", interval.low},
          {"high", interval.high}};
}

Json estimate(double value, const Interval& interval, const std::string& method) {
  return {{"value", number(value)},
          {"low", number(interval.low)},
          {"high", number(interval.high)},
          {"method", method}};
}

Json as_json(const Comparison& of) {
  Json tests = {{"fisher", of.fisher}, {"boschloo", of.boschloo ? Json(*of.boschloo) : Json(nullptr)}};
  if (of.stratified) tests["cochran_mantel_haenszel"] = of.stratified->p_value;
  if (of.exact_stratified) tests["exact_stratified"] = *of.exact_stratified;
  if (of.anytime) tests["anytime"] = *of.anytime;
  Json json = {{"a", side(of.a, of.a_interval)},
               {"b", side(of.b, of.b_interval)},
               {"difference", estimate(of.difference, of.difference_interval, of.difference_method)},
               {"ratio", estimate(of.ratio, of.ratio_interval, of.ratio_method)},
               {"tests", std::move(tests)},
               {"verdict", verdict_text(of.verdict)},
               {"trials_needed", of.trials_needed ? Json(*of.trials_needed) : Json(nullptr)},
               {"warnings", of.warnings},
               {"count", of.counted},
               {"group", of.group.empty() ? Json(nullptr) : Json(of.group)},
               {"method", interval_method_text(of.interval_method)},
               {"decided_by", of.decided_by},
               {"p_value", of.p_value},
               {"adjusted_p", of.adjusted_p},
               {"sentence", comparison_sentence(of)}};
  if (of.stratified) {
    Json odds = {{"value", number(of.stratified->odds_ratio)}, {"strata", of.stratified->informative}};
    if (of.stratified->odds_ratio_interval) {
      odds["low"] = number(of.stratified->odds_ratio_interval->low);
      odds["high"] = number(of.stratified->odds_ratio_interval->high);
    }
    json["odds_ratio"] = std::move(odds);
  }
  return json;
}

std::string document_text(const Json& json) {
  return terminal_safe_json(json.dump(1, ' ', false, Json::error_handler_t::replace)) + "\n";
}

/// Each warning once, in the order met.
std::vector<std::string> all_warnings(const std::vector<Comparison>& comparisons) {
  std::vector<std::string> warnings;
  for (const Comparison& comparison : comparisons) {
    for (const std::string& warning : comparison.warnings) {
      if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) warnings.push_back(warning);
    }
  }
  return warnings;
}

std::string methods_sentence(const Comparison& of, double level) {
  const bool anytime = of.difference_method == "anytime";
  return fmt::format("Intervals, two-sided {} %: rates {}, difference {}, ratio {}.", format_level(level),
                     interval_method_name(of.interval_method), anytime ? "anytime-valid" : "Newcombe",
                     anytime ? "anytime-valid" : "Koopman");
}

std::string test_name(const Comparison& of) {
  if (of.decided_by == "boschloo") return "Boschloo";
  if (of.decided_by == "fisher") return "Fisher";
  if (of.decided_by == "anytime") return "anytime-valid";
  if (of.decided_by == "exact-stratified") return "exact, by host and night";
  return "Cochran-Mantel-Haenszel, by host and night";
}

std::string p_words(const Comparison& of) {
  const std::string p = format_p_value(of.adjusted_p);
  return (p.starts_with('<') ? "p " : "p = ") + p + (of.claims > 1 ? " (Holm)" : "");
}

TableCell difference_cell(const Comparison& of) {
  if (std::isnan(of.difference)) return {};
  return Estimate{of.difference, of.difference_interval};
}

TableCell ratio_cell(const Comparison& of) {
  if (std::isnan(of.ratio)) return {};
  return Estimate{of.ratio, of.ratio_interval};
}

}  // namespace

std::string comparison_sentence(const Comparison& of) {
  const std::string what =
      (of.counted.empty() ? "" : of.counted + ": ") + (of.group.empty() ? "" : of.group + ": ");
  const std::string counts_a = fmt::format("{}/{}", of.a.counted, of.a.trials);
  const std::string counts_b = fmt::format("{}/{}", of.b.counted, of.b.trials);
  // Literal counts are their own names.
  std::string seen = of.a_name == counts_a && of.b_name == counts_b ? "" : counts_a + " against " + counts_b;
  if (!std::isnan(of.difference)) {
    seen += fmt::format("{}{} {}", seen.empty() ? "" : ", ", format_points(of.difference),
                        format_points_interval(of.difference_interval));
  }
  const std::string evidence = fmt::format("{}, {}", test_name(of), p_words(of));
  if (of.verdict != ComparisonVerdict::undecided) {
    return fmt::format("{}{} is {} than {}: {}; {}", what, of.a_name, verdict_text(of.verdict), of.b_name,
                       seen, evidence);
  }
  std::string sentence =
      fmt::format("{}{} against {} is undecided: {}; {}", what, of.a_name, of.b_name, seen, evidence);
  if (of.trials_needed) {
    sentence += fmt::format("; if these rates are the true ones, {} more a side would decide with 80 %",
                            format_count(*of.trials_needed, "trial"));
  }
  return sentence;
}

Table comparison_table(const std::vector<Comparison>& comparisons, const ComparisonTableOptions& options) {
  Table table;
  table.caption = options.caption;
  table.command = options.command;
  const bool grouped = std::any_of(comparisons.begin(), comparisons.end(),
                                   [](const Comparison& of) { return !of.group.empty(); });
  table.columns = {row_name(text_column("count", "what")),
                   rate_column("a", comparisons.empty() ? "A" : comparisons.front().a_name),
                   rate_column("b", comparisons.empty() ? "B" : comparisons.front().b_name),
                   estimate_column("difference", "difference", Unit::points),
                   estimate_column("ratio", "ratio", Unit::ratio),
                   text_column("decided_by", "test"),
                   number_column("adjusted_p", "p", Unit::p_value),
                   text_column("verdict"),
                   number_column("trials_needed", "trials still needed")};
  if (grouped) table.columns.insert(table.columns.begin() + 1, row_name(text_column("group", "where")));
  for (const Comparison& of : comparisons) {
    const bool is_decided = of.verdict != ComparisonVerdict::undecided;
    TableCell needed;
    if (of.trials_needed) needed.value = *of.trials_needed;
    table.rows.push_back(
        {of.counted, Rate{of.a, of.a_interval}, Rate{of.b, of.b_interval}, difference_cell(of),
         ratio_cell(of), of.decided_by, of.adjusted_p,
         TableCell(std::string(verdict_sign(of.verdict)), is_decided ? Emphasis::strong : Emphasis::dim),
         std::move(needed)});
    auto& row = table.rows.back();
    if (grouped) row.insert(row.begin() + 1, TableCell(of.group));
  }
  if (!comparisons.empty()) table.footnotes.push_back(methods_sentence(comparisons.front(), options.level));
  const bool any_undecided = std::any_of(comparisons.begin(), comparisons.end(), [](const Comparison& of) {
    return of.verdict == ComparisonVerdict::undecided;
  });
  const std::size_t together = comparisons.empty() ? 0 : comparisons.back().claims;
  if (together > 1) {
    const bool first_alone = comparisons.front().claims == 1;
    table.footnotes.push_back(fmt::format("p: Holm's correction over {} claims{}.", together,
                                          first_alone ? ", after the first, which is judged alone" : ""));
  }
  if (any_undecided) {
    table.footnotes.emplace_back(
        "~: undecided. Trials still needed are those on each side, for 80 % power, if the rates seen are the "
        "true ones.");
  }
  for (const std::string& warning : all_warnings(comparisons))
    table.footnotes.push_back("Warning: " + warning + ".");
  return table;
}

std::string comparison_json(const Comparison& comparison) { return document_text(as_json(comparison)); }

std::string comparisons_json(const std::vector<Comparison>& comparisons) {
  CHECK(!comparisons.empty());
  Json json = as_json(comparisons.front());
  Json claims = Json::array();
  for (const Comparison& comparison : comparisons) claims.push_back(as_json(comparison));
  json["claims"] = std::move(claims);
  return document_text(json);
}

std::string write_comparisons(const std::vector<Comparison>& comparisons,
                              const ComparisonTableOptions& options, TableFormat format,
                              const WriterOptions& writer) {
  CHECK(!comparisons.empty());
  if (format == TableFormat::json) {
    return comparisons.size() == 1 ? comparison_json(comparisons.front()) : comparisons_json(comparisons);
  }
  Table table = comparison_table(comparisons, options);
  if (format != TableFormat::csv && table.caption.empty())
    table.caption = comparison_sentence(comparisons.front()) + ".";
  return write_table(table, format, writer);
}

}  // namespace faultline

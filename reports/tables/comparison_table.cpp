#include "reports/tables/comparison_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/check.h"
#include "core/text/text_escape.h"
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

Json change_json(const Comparison& of) {
  return {{"verdict", verdict_text(of.change.direction)},
          {"decided_by", test_kind_text(of.change.decided_by)},
          {"p_value", of.change.p_value},
          {"adjusted_p", of.change.adjusted_p}};
}

Json as_json(const Comparison& of) {
  Json tests = {{"fisher", of.fisher}, {"boschloo", of.boschloo ? Json(*of.boschloo) : Json(nullptr)}};
  if (of.stratified) tests["cochran_mantel_haenszel"] = of.stratified->p_value;
  if (of.exact_stratified) tests["exact_stratified"] = *of.exact_stratified;
  if (of.anytime) tests["anytime"] = *of.anytime;
  if (of.anytime_nights) tests["anytime_nights"] = *of.anytime_nights;
  if (of.test == TestKind::nights_permutation) tests["nights_permutation"] = of.p_value;
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
               {"change", change_json(of)},
               {"nights_are_units", of.nights_are_units},
               {"nights_needed", of.nights_needed ? Json(*of.nights_needed) : Json(nullptr)},
               {"sentence", comparison_sentence(of)}};
  if (of.stratified) {
    Json odds = {{"value", number(of.stratified->odds_ratio)},
                 {"strata", of.stratified->informative},
                 {"heterogeneity_p", number(of.homogeneity.p_value)}};
    if (of.stratified->odds_ratio_interval) {
      odds["low"] = number(of.stratified->odds_ratio_interval->low);
      odds["high"] = number(of.stratified->odds_ratio_interval->high);
    }
    json["odds_ratio"] = std::move(odds);
  }
  return json;
}

Json margin_json(const MarginClaim& of) {
  return {{"value", of.margin},
          {"low", of.interval.low},
          {"high", of.interval.high},
          {"verdict", enum_text(kMarginVerdictTexts, of.verdict)}};
}

Json with_margin(Json json, const ComparisonTableOptions& options, std::size_t place) {
  if (place < options.margins.size()) json["margin"] = margin_json(options.margins[place]);
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

std::string effect_method_name(const std::string& method) {
  if (method == "newcombe") return "Newcombe";
  if (method == "koopman") return "Koopman";
  if (method == "mantel-haenszel") return "Mantel-Haenszel (common to the strata)";
  if (method == "nights") return "Student's t with nights as units";
  return "anytime-valid";
}

std::string methods_sentence(const Comparison& of, double level) {
  return fmt::format("Intervals, two-sided {} %: rates {}, difference {}, ratio {}.", format_level(level),
                     interval_method_name(of.interval_method), effect_method_name(of.difference_method),
                     effect_method_name(of.ratio_method));
}

std::string test_name(const Comparison& of, TestKind kind) {
  switch (kind) {
    case TestKind::exact_stratified:
      return "exact, by " + of.strata_name;
    case TestKind::cochran_mantel_haenszel:
      return "Cochran-Mantel-Haenszel, by " + of.strata_name;
    case TestKind::fisher:
    case TestKind::boschloo:
    case TestKind::anytime:
    case TestKind::anytime_stratified:
    case TestKind::nights_permutation:
    case TestKind::nights_anytime:
    case TestKind::too_few_nights:
      break;
  }
  return std::string(test_kind_name(kind));
}

std::string p_words(double adjusted_p, std::size_t claims) {
  const std::string p = format_p_value(adjusted_p);
  return (p.starts_with('<') ? "p " : "p = ") + p + (claims > 1 ? " (Holm)" : "");
}

/// `a change beyond trial-to-trial chance: higher (Boschloo, p = 0.002)`; empty where there is none.
std::string change_words(const Comparison& of) {
  if (!of.nights_are_units) return {};
  const std::string tested =
      fmt::format("{}, {}", test_name(of, of.change.decided_by), p_words(of.change.adjusted_p, of.claims));
  if (of.change.direction == ComparisonVerdict::undecided)
    return fmt::format("no change beyond trial-to-trial chance is shown ({})", tested);
  return fmt::format("a change beyond trial-to-trial chance: {} ({})", verdict_text(of.change.direction),
                     tested);
}

TableCell difference_cell(const Comparison& of) {
  if (std::isnan(of.difference)) return {};
  return Estimate{of.difference, of.difference_interval};
}

TableCell ratio_cell(const Comparison& of) {
  if (std::isnan(of.ratio)) return {};
  return Estimate{of.ratio, of.ratio_interval};
}

/// A column with what the margin allows to be said, before the table's wider columns are added.
void add_margins(Table& table, const ComparisonTableOptions& options) {
  if (options.margins.empty()) return;
  table.columns.push_back(text_column(
      "margin", fmt::format("within {} points", format_number(options.margins[0].margin * 100.0))));
  for (std::size_t i = 0; i < table.rows.size() && i < options.margins.size(); ++i) {
    const MarginClaim& claim = options.margins[i];
    const bool said = claim.verdict != MarginVerdict::undecided;
    table.rows[i].emplace_back(said ? std::string(enum_text(kMarginVerdictTexts, claim.verdict)) : "~",
                               said ? Emphasis::strong : Emphasis::dim);
  }
  table.footnotes.push_back(fmt::format(
      "Within the margin: two one-sided tests, each at {} %: not worse where the upper end of the difference "
      "lies below the margin, equivalent where both ends lie within it.",
      format_level(options.level)));
}

/// Where the interval of a difference and the test say different things, a footnote says so.
void add_disagreements(Table& table, const std::vector<Comparison>& comparisons) {
  for (const Comparison& of : comparisons) {
    if (!interval_and_test_disagree(of)) continue;
    table.footnotes.push_back(fmt::format(
        "{}: the interval of the difference and the test disagree about 0; the interval describes, the test "
        "decides.",
        of.group.empty() ? of.counted : of.group));
  }
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
  const std::string evidence =
      of.test == TestKind::too_few_nights
          ? change_words(of)
          : fmt::format("{}, {}", test_name(of, of.test), p_words(of.adjusted_p, of.claims));
  if (of.verdict != ComparisonVerdict::undecided) {
    return fmt::format("{}{} is {} than {}: {}; {}", what, of.a_name, verdict_text(of.verdict), of.b_name,
                       seen, evidence);
  }
  std::string sentence =
      fmt::format("{}{} against {} is undecided: {}; {}", what, of.a_name, of.b_name, seen, evidence);
  if (of.nights_needed) {
    sentence += fmt::format("; {} more a side would be needed to tell this from how nights vary",
                            format_count(*of.nights_needed, "night"));
  }
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
  const bool any_nights = std::any_of(comparisons.begin(), comparisons.end(),
                                      [](const Comparison& of) { return of.nights_are_units; });
  if (any_nights) {
    table.columns.push_back(number_column("nights_needed", "nights still needed"));
    table.columns.push_back(text_column("change", "change"));
    table.columns.push_back(number_column("change_p", "p of the change", Unit::p_value));
  }
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
    if (any_nights) {
      row.emplace_back(of.nights_needed ? CellValue(*of.nights_needed) : CellValue());
      const bool changed = of.change.direction != ComparisonVerdict::undecided;
      row.emplace_back(std::string(verdict_sign(of.change.direction)),
                       changed ? Emphasis::strong : Emphasis::dim);
      row.emplace_back(of.change.adjusted_p);
    }
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
        "~: undecided. Trials still needed are those on each side, for 80 % power of the test that decides "
        "at "
        "the level at which it is tested, if the rates seen are the true ones.");
  }
  add_margins(table, options);
  if (any_nights) {
    table.footnotes.emplace_back(
        "Change: a difference beyond trial-to-trial chance between these nights. Verdict: with nights as "
        "units; from four nights a side, and undecided with fewer.");
  }
  add_disagreements(table, comparisons);
  for (const std::string& warning : all_warnings(comparisons))
    table.footnotes.push_back("Warning: " + warning + ".");
  return table;
}

std::string comparisons_json(const std::vector<Comparison>& comparisons,
                             const ComparisonTableOptions& options) {
  CHECK(!comparisons.empty());
  Json json = with_margin(as_json(comparisons.front()), options, 0);
  if (comparisons.size() > 1) {
    Json claims = Json::array();
    for (std::size_t i = 0; i < comparisons.size(); ++i)
      claims.push_back(with_margin(as_json(comparisons[i]), options, i));
    json["claims"] = std::move(claims);
  }
  return document_text(json);
}

std::string write_comparisons(const std::vector<Comparison>& comparisons,
                              const ComparisonTableOptions& options, TableFormat format,
                              const WriterOptions& writer) {
  CHECK(!comparisons.empty());
  if (format == TableFormat::json) return comparisons_json(comparisons, options);
  Table table = comparison_table(comparisons, options);
  if (format != TableFormat::csv && table.caption.empty())
    table.caption = comparison_sentence(comparisons.front()) + ".";
  return write_table(table, format, writer);
}

}  // namespace faultline

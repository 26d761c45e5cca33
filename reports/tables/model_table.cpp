#include "reports/tables/model_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "analyzer/statistics/logistic.h"
#include "analyzer/statistics/multiple_claims.h"
#include "core/base/check.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"
#include "reports/tables/rate_table_parts.h"

namespace faultline {
namespace {

std::string value_text(const QueryValue& value) {
  const std::string text = cell_text(TableCell(cell_value(value)), Column());
  return text.empty() ? "(none)" : text;
}

std::vector<ModelGroup> model_groups(const RatesResult& result) {
  std::vector<ModelGroup> groups;
  for (const RatesRow& row : result.rows) {
    ModelGroup group;
    for (const QueryValue& value : row.values) group.values.push_back(value_text(value));
    group.of = counted_of(row.counts);
    groups.push_back(std::move(group));
  }
  return groups;
}

ModelDispersion dispersion_of(const RatesResult& result) {
  std::vector<std::vector<Proportion>> nights;
  for (const RatesRow& row : result.rows) nights.push_back(row.nights);
  return model_dispersion(nights);
}

/// `threads=8 lock=none`
std::string coefficient_text(const ModelCoefficient& coefficient, const ModelQuestion& question) {
  std::string text;
  const auto& term = question.terms[coefficient.term];
  for (std::size_t i = 0; i < term.size(); ++i)
    text += (text.empty() ? "" : " ") + question.columns[term[i]] + "=" + coefficient.values[i];
  return text;
}

/// `threads=1 lock=none`: what the odds are compared with.
std::string reference_text(const RatesResult& result, const ModelQuestion& question) {
  const auto first = std::find_if(result.rows.begin(), result.rows.end(),
                                  [](const RatesRow& row) { return row.counts.trials > 0; });
  CHECK(first != result.rows.end());
  std::string text;
  for (std::size_t i = 0; i < question.columns.size(); ++i)
    text += (text.empty() ? "" : " ") + question.columns[i] + "=" + value_text(first->values[i]);
  return text;
}

void add_model_footnotes(Table& table, const RatesResult& result, const LogisticModel& model,
                         const ModelQuestion& question, const RateTableOptions& options) {
  const ModelDispersion dispersion = dispersion_of(result);
  table.footnotes.push_back(
      fmt::format("Odds against {}, all else equal: logistic model with Firth's penalty; profile intervals, "
                  "two-sided {} %; "
                  "penalized likelihood ratio tests, p with Holm's correction over {}.",
                  reference_text(result, question), format_level(options.level),
                  format_count(static_cast<std::int64_t>(model.coefficients.size()), "coefficient")));
  for (const ModelTermTest& test : model.tests) {
    table.footnotes.push_back(
        fmt::format("{}: {} {:.1f}, {}, p {}{}.", question.texts[test.term],
                    dispersion.freedom > 0.0 ? "likelihood ratio" : "chi-squared", test.statistic,
                    format_count(std::llround(test.freedom), "degree of freedom", "degrees of freedom"),
                    format_p_value(test.p_value).starts_with('<') ? "" : "= ", format_p_value(test.p_value)));
  }
  if (dispersion.freedom > 0.0) {
    table.footnotes.push_back(fmt::format(
        "Nights differ beyond chance (variance {:.1f} times that of independent trials): intervals "
        "and tests allow for it (quasi-binomial).",
        dispersion.factor));
  }
  if (result.unfinished || result.stop_rule) {
    table.footnotes.emplace_back(
        "A run is not finished, or has a stop rule: a model holds for one look at a number of trials that "
        "was "
        "set before. `compare` has what holds at every look.");
  }
}

}  // namespace

Result<ModelQuestion> parse_model(const std::vector<std::string>& terms) {
  ModelQuestion question;
  question.texts = terms;
  for (const std::string& text : terms) {
    std::vector<std::size_t> term;
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t end = std::min(text.find(':', from), text.size());
      const std::string name = text.substr(from, end - from);
      from = end + 1;
      if (name.empty())
        return fail(ErrorKind::invalid_argument, fmt::format("--model {}: a name is missing", text));
      const auto found = std::find(question.columns.begin(), question.columns.end(), name);
      const auto place = static_cast<std::size_t>(found - question.columns.begin());
      if (found == question.columns.end()) question.columns.push_back(name);
      if (std::find(term.begin(), term.end(), place) != term.end())
        return fail(ErrorKind::invalid_argument, fmt::format("--model {}: {} twice", text, name));
      term.push_back(place);
    }
    if (std::find(question.terms.begin(), question.terms.end(), term) != question.terms.end())
      return fail(ErrorKind::invalid_argument, fmt::format("--model: {} twice", text));
    question.terms.push_back(std::move(term));
  }
  return question;
}

Result<Table> model_table(const RatesResult& result, const ModelQuestion& question,
                          const RateTableOptions& options) {
  CHECK(result.columns == question.columns);
  TRY_ASSIGN(const auto model, fit_logistic(question.columns, model_groups(result), question.terms,
                                            dispersion_of(result), options.level));
  Table table;
  table.caption = options.caption;
  table.command = options.command;
  TextList tests;
  for (const ModelTermTest& test : model.tests)
    tests.push_back(fmt::format("{}: p = {}", question.texts[test.term], format_exact(test.p_value)));
  table.facts = {{"model", TextList(question.texts)},
                 {"count", options.count},
                 {"level", options.level},
                 {"trials", result.total.trials},
                 {"reference", reference_text(result, question)},
                 {"reference_log_odds", model.intercept},
                 {"dispersion", dispersion_of(result).factor},
                 {"term_tests", tests}};
  table.columns = {row_name(text_column("term")), row_name(text_column("value")),
                   estimate_column("odds_ratio", "odds ratio of " + options.count, Unit::ratio),
                   number_column("p", {}, Unit::p_value)};
  std::vector<double> p_values;
  for (const ModelCoefficient& coefficient : model.coefficients) p_values.push_back(coefficient.p_value);
  const auto adjusted = holm(p_values);
  for (std::size_t i = 0; i < model.coefficients.size(); ++i) {
    const ModelCoefficient& of = model.coefficients[i];
    const Interval odds{std::exp(of.interval.low), std::exp(of.interval.high)};
    table.rows.push_back({question.texts[of.term], coefficient_text(of, question),
                          TableCell(Estimate{std::exp(of.log_odds), odds},
                                    adjusted[i] <= 1.0 - options.level ? Emphasis::strong : Emphasis::none),
                          adjusted[i]});
  }
  add_model_footnotes(table, result, model, question, options);
  return table;
}

}  // namespace faultline

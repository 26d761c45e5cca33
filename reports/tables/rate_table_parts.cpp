#include "reports/tables/rate_table_parts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "analyzer/statistics/order_tests.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"
#include "reports/tables/group_columns.h"

namespace faultline {

std::vector<Column> rate_columns_of(const RatesResult& result) {
  return group_columns(
      result.columns, result.rows.size(),
      [&](std::size_t row) -> const std::vector<QueryValue>& { return result.rows[row].values; });
}

std::string interval_sentence(IntervalMethod method, const RateTableOptions& options) {
  const std::string level = format_level(options.level);
  switch (options.side) {
    case IntervalSide::two_sided:
      return fmt::format("Intervals: {}, two-sided {} %.", interval_method_name(method), level);
    case IntervalSide::upper:
      return fmt::format("Bounds: {}, one-sided upper {} %; the lower end is not a finding.",
                         interval_method_name(method), level);
    case IntervalSide::lower:
      return fmt::format("Bounds: {}, one-sided lower {} %; the upper end is not a finding.",
                         interval_method_name(method), level);
  }
  return {};
}

namespace {

void add_footnotes(Table& table, const RatesResult& result, const RateTableOptions& options) {
  const IntervalMethod method = interval_method_for(result, options);
  table.footnotes.push_back(interval_sentence(method, options));
  if (method == IntervalMethod::anytime && !options.method) {
    table.footnotes.push_back(
        result.unfinished
            ? "A run is not finished: these intervals hold at every look, and are wider for it."
            : "The run has a stop rule: these intervals hold at every look, and are wider for it.");
  }
  const TrialCounts& total = result.total;
  std::string apart;
  const auto add = [&](std::int64_t count, const char* what) {
    if (count > 0) apart += fmt::format("{}{} {}", apart.empty() ? "" : ", ", format_integer(count), what);
  };
  add(total.outcomes[Outcome::setup_failed], "setup failed");
  add(total.warm_up, "warm-up");
  add(total.contaminated, "contaminated by a GPU reset");
  std::string sum = fmt::format("{} in all", format_count(total.trials, "trial"));
  if (!apart.empty()) sum += fmt::format("; in no rate: {}", apart);
  table.footnotes.push_back(sum + ".");
  if (!result.image_never_seen.empty()) {
    table.footnotes.push_back(
        fmt::format("Warning: no trial of {} was seen to load the image that it must have (expect_image): "
                    "they prove nothing.",
                    fmt::join(result.image_never_seen, ", ")));
  }
  if (total.uncaptured > 0) {
    table.footnotes.push_back(fmt::format("{} left no report; {} counted as crashed.",
                                          format_count(total.uncaptured, "crash", "crashes"),
                                          total.uncaptured == 1 ? "it is" : "they are"));
  }
}

void add_facts(Table& table, const RatesResult& result, const RateTableOptions& options) {
  table.facts.emplace_back("by", TextList(result.columns));
  table.facts.emplace_back("count", options.count);
  table.facts.emplace_back("level", options.level);
  table.facts.emplace_back("method", std::string(interval_method_text(interval_method_for(result, options))));
  table.facts.emplace_back("side", std::string(options.side == IntervalSide::two_sided ? "two-sided"
                                               : options.side == IntervalSide::upper   ? "upper"
                                                                                       : "lower"));
  table.facts.emplace_back("unfinished", result.unfinished);
  table.facts.emplace_back("stop_rule", result.stop_rule);
}

}  // namespace

Table rates_base_table(const RatesResult& result, const RateTableOptions& options) {
  Table table;
  table.caption = options.caption;
  table.command = options.command;
  add_facts(table, result, options);
  add_footnotes(table, result, options);
  return table;
}

/// Where trials die more often than not, the rate stands out; the number itself says it, too.
Emphasis rate_emphasis(const Proportion& of) {
  if (of.trials == 0) return Emphasis::dim;
  return of.counted > 0 ? Emphasis::strong : Emphasis::none;
}

IntervalMethod interval_method_for(const RatesResult& result, const RateTableOptions& options) {
  return choose_interval_method(result.unfinished || result.stop_rule, options.method);
}

ChosenInterval rate_interval(const Proportion& of, const std::vector<Proportion>& nights,
                             const RatesResult& result, const RateTableOptions& options) {
  return choose_interval(of, {result.unfinished || result.stop_rule, nights},
                         {options.method, options.side, options.level});
}

ChosenInterval rate_interval(const RatesRow& row, const RatesResult& result,
                             const RateTableOptions& options) {
  return choose_interval(counted_of(row.counts),
                         {result.unfinished || result.stop_rule, row.nights, row.sequences},
                         {options.method, options.side, options.level});
}

Rate chosen_rate(const Proportion& of, const std::vector<Proportion>& nights, const RatesResult& result,
                 const RateTableOptions& options) {
  return {of, rate_interval(of, nights, result, options).interval, options.side};
}

Rate chosen_rate(const RatesRow& row, const RatesResult& result, const RateTableOptions& options) {
  return {counted_of(row.counts), rate_interval(row, result, options).interval, options.side};
}

namespace {

/// `p = 0.03`, `p < 0.0001`
std::string p_words(double p) {
  const std::string text = format_p_value(p);
  return text.starts_with('<') ? "p " + text : "p = " + text;
}

/// As many rows are named in a sentence.
constexpr std::size_t kMostNamedRows = 4;

std::string row_text(const RatesResult& result, const RatesRow& row) {
  std::string text;
  for (std::size_t i = 0; i < row.values.size(); ++i)
    text += (text.empty() ? "" : " ") + result.columns[i] + "=" +
            cell_text(TableCell(cell_value(row.values[i])), Column());
  return text.empty() ? "all trials" : text;
}

}  // namespace

void IntervalNotes::add(const ChosenInterval& chosen, const RatesRow& row) {
  widened_ = widened_ || chosen.widened;
  if (chosen.order_matters) ordered_.push_back(&row);
}

void IntervalNotes::say(Table& table, const RatesResult& result) const {
  if (widened_) {
    table.footnotes.emplace_back(
        "Where nights differ beyond chance, trials of one night are not independent: the interval uses the "
        "effective number of trials (Korn and Graubard), and is wider for it.");
  }
  if (ordered_.empty()) return;
  std::vector<std::string> rows;
  for (const RatesRow* row : ordered_) {
    if (rows.size() == kMostNamedRows) break;
    const OrderTests order = order_tests(row->sequences);
    rows.push_back(fmt::format("{} (runs test {}, drift {}, correlation of neighbours {:.2f})",
                               row_text(result, *row), p_words(order.runs_p), p_words(order.drift_p),
                               order.lag1_correlation));
  }
  const std::size_t more = ordered_.size() - rows.size();
  table.footnotes.push_back(fmt::format(
      "Within runs the order of trials matters: {}{}. Trials are not independent there: the interval uses "
      "the effective number of trials, and is wider for it.",
      fmt::join(rows, "; "), more > 0 ? fmt::format("; and {} more", more) : ""));
}

Result<std::size_t> column_index(const RatesResult& result, const std::string& option,
                                 const std::string& column) {
  const auto named = std::find(result.columns.begin(), result.columns.end(), column);
  if (named != result.columns.end()) return static_cast<std::size_t>(named - result.columns.begin());
  return fail(ErrorKind::invalid_argument,
              fmt::format("{} {}: not among the columns of --by", option, column));
}

Result<std::vector<OrderedGroup>> ordered_groups(const RatesResult& result, const std::string& option,
                                                 std::size_t index) {
  std::vector<OrderedGroup> groups;
  std::map<std::vector<QueryValue>, std::size_t> group_of;
  for (const RatesRow& row : result.rows) {
    if (!number_in(row.values[index])) continue;
    std::vector<QueryValue> others = row.values;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(index));
    const auto [found, is_new] = group_of.try_emplace(others, groups.size());
    if (is_new) groups.push_back({std::move(others), {}});
    groups[found->second].rows.push_back(&row);
  }
  if (groups.empty() && !result.rows.empty()) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} {}: its values are text (as {}), and text has no order; numbers are needed",
                            option, result.columns[index],
                            cell_text(TableCell(cell_value(result.rows.front().values[index])), Column{})));
  }
  for (OrderedGroup& group : groups) {
    std::sort(group.rows.begin(), group.rows.end(), [&](const RatesRow* a, const RatesRow* b) {
      return number_in(a->values[index]) < number_in(b->values[index]);
    });
  }
  return groups;
}

}  // namespace faultline

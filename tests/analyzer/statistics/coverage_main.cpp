// faultline_coverage: prints how often the intervals hold the truth and the verdicts are false.
// The figures of docs/statistics.md come from it. Takes about two minutes in a release build.

#include <fmt/format.h>

#include <chrono>

#include "reports/formats/report_writer.h"
#include "tests/analyzer/statistics/coverage.h"

namespace faultline {
namespace {

constexpr double kRates[] = {0.001, 0.01, 0.1, 0.5, 0.9};

std::string percent(double share) { return fmt::format("{:.2f} %", share * 100.0); }

void print(const Table& table) {
  fmt::print("{}\n", write_table(table, TableFormat::text));
  std::fflush(stdout);
}

void print_proportions() {
  Table table;
  table.caption = "Coverage of the intervals of one rate, nominal 95 %. Exact.";
  table.columns = {number_column("p"),      number_column("n"),      number_column("clopper_pearson"),
                   number_column("upper"),  number_column("wilson"), number_column("jeffreys"),
                   number_column("anytime")};
  for (const double p : kRates) {
    for (const std::int64_t n : {10, 20, 50, 100, 200, 500, 1000}) {
      table.rows.push_back({p, n, percent(proportion_coverage(IntervalMethod::clopper_pearson, p, n)),
                            percent(upper_bound_coverage(p, n)),
                            percent(proportion_coverage(IntervalMethod::wilson, p, n)),
                            percent(proportion_coverage(IntervalMethod::jeffreys, p, n)),
                            percent(proportion_coverage(IntervalMethod::anytime, p, n))});
    }
  }
  print(table);
}

void print_two_rates() {
  Table table;
  table.caption = "Coverage of the intervals of two rates, nominal 95 %. Exact.";
  table.columns = {number_column("p_a"), number_column("p_b"),      number_column("n_a"),
                   number_column("n_b"), number_column("newcombe"), number_column("koopman")};
  for (const auto& [a, b] : {std::pair{0.01, 0.01}, std::pair{0.1, 0.01}, std::pair{0.1, 0.1},
                             std::pair{0.5, 0.1}, std::pair{0.5, 0.5}, std::pair{0.9, 0.5}}) {
    for (const auto& [n_a, n_b] :
         {std::pair{10, 10}, std::pair{20, 20}, std::pair{50, 50}, std::pair{20, 100}, std::pair{200, 200}}) {
      const TwoRates truth{a, b, n_a, n_b};
      table.rows.push_back(
          {a, b, n_a, n_b, percent(newcombe_coverage(truth)), percent(koopman_coverage(truth))});
    }
  }
  print(table);
}

void print_false_verdicts() {
  Table table;
  table.caption = "False verdicts of a comparison of equal rates, at most 5 % wanted. Exact.";
  table.columns = {number_column("n_a"), number_column("n_b")};
  for (const double p : kRates) table.columns.push_back(number_column("p", fmt::format("p = {}", p)));
  for (const auto& [n_a, n_b] : {std::pair{5, 5}, std::pair{10, 10}, std::pair{20, 20}, std::pair{10, 40},
                                 std::pair{50, 50}, std::pair{100, 100}}) {
    std::vector<TableCell> row{n_a, n_b};
    for (const double p : kRates) row.emplace_back(percent(false_verdicts(p, n_a, n_b)));
    table.rows.push_back(std::move(row));
  }
  print(table);
}

void print_anytime() {
  constexpr int kLooks = 1'000;
  constexpr int kRuns = 5'000;
  Table table;
  table.caption = fmt::format(
      "Looking after each of {} trials, {} runs each, simulated: at least 95 % and at most 5 % wanted.",
      kLooks, kRuns);
  table.columns = {number_column("p"), number_column("anytime_interval_always_held"),
                   number_column("anytime_false_decisions"), number_column("fisher_false_decisions")};
  for (const double p : kRates) {
    table.rows.push_back({p, percent(anytime_coverage(p, kLooks, kRuns)),
                          percent(anytime_false_decisions(p, kLooks, kRuns)),
                          percent(peeking_false_decisions(p, kLooks, 500))});
  }
  table.footnotes = {"Fisher read at each look is what must not be done; it is there to compare (500 runs)."};
  print(table);
}

void print_anytime_ratio() {
  constexpr int kLooks = 1'000;
  constexpr int kRuns = 500;
  Table table;
  table.caption = fmt::format(
      "The anytime ratio of two rates after each of {} trials a side, {} runs each, simulated: at least 95 % "
      "wanted.",
      kLooks, kRuns);
  table.columns = {number_column("p_a"), number_column("p_b"), number_column("always_held")};
  for (const auto& [a, b] : {std::pair{0.01, 0.01}, std::pair{0.1, 0.01}, std::pair{0.1, 0.1},
                             std::pair{0.5, 0.1}, std::pair{0.5, 0.5}, std::pair{0.9, 0.5}}) {
    table.rows.push_back({a, b, percent(anytime_ratio_coverage(a, b, kLooks, kRuns))});
  }
  print(table);
}

void print_tables_and_nights() {
  Table table;
  table.caption = "Simulated, 2,000 runs each.";
  table.columns = {text_column("what"), number_column("share")};
  for (const double p : {0.05, 0.1, 0.5}) {
    table.rows.push_back({fmt::format("tables of 10 claims with any false one, p = {}, n = 50 (Holm)", p),
                          percent(false_tables(p, 50, 10, 2'000))});
  }
  for (const int nights : {2, 5, 10}) {
    table.rows.push_back(
        {fmt::format("false verdicts over {} nights of different rates (stratified)", nights),
         percent(false_stratified_verdicts(nights, 2'000))});
  }
  for (const double correlation : {0.0, 0.05, 0.2}) {
    for (const int nights : {3, 5, 20}) {
      const NightCoverage coverage = night_coverage(0.4, correlation, nights, 50, 2'000);
      table.rows.push_back(
          {fmt::format("pooled interval holds, {} nights of 50, correlation {}: widened where found", nights,
                       correlation),
           percent(coverage.widened)});
      table.rows.push_back({"  the plain one", percent(coverage.plain)});
    }
  }
  for (const std::size_t values : {std::size_t{5}, std::size_t{10}, std::size_t{20}, std::size_t{50}}) {
    table.rows.push_back({fmt::format("bootstrap interval of the median holds, {} values", values),
                          percent(median_coverage(values, 1'000))});
  }
  print(table);
}

}  // namespace
}  // namespace faultline

int main() {
  faultline::print_proportions();
  faultline::print_two_rates();
  faultline::print_false_verdicts();
  faultline::print_anytime();
  faultline::print_anytime_ratio();
  faultline::print_tables_and_nights();
  return 0;
}

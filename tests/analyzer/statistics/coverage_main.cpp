// faultline_coverage: prints how often the intervals hold the truth and the verdicts are false.
// The figures of docs/statistics.md come from it. Takes about two minutes in a release build.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <tuple>

#include "analyzer/statistics/distributions.h"
#include "analyzer/statistics/method_choice.h"
#include "analyzer/statistics/sample_size.h"
#include "reports/formats/number_format.h"
#include "reports/formats/report_writer.h"
#include "tests/analyzer/statistics/coverage.h"
#include "tests/app/bundle/false_workarounds.h"

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
  print(table);
}

void print_medians() {
  Table table;
  table.caption =
      "The interval of the median holds, exponential values, 4,000 runs each: at least 95 % wanted.";
  table.columns = {number_column("values"), number_column("share")};
  for (const std::size_t values : {std::size_t{6}, std::size_t{10}, std::size_t{20}, std::size_t{50}}) {
    table.rows.push_back({static_cast<std::int64_t>(values), percent(median_coverage(values, 4'000))});
  }
  print(table);
}

void print_nights() {
  constexpr int kRuns = 2'000;
  Table table;
  table.caption = "Sides of one rate that share no night, 40 trials a night, p = 0.3, 2,000 runs each.";
  table.columns = {number_column("correlation"), number_column("nights_a_side"),
                   number_column("false_verdicts"), number_column("changes")};
  for (const double correlation : {0.0, 0.05, 0.1, 0.2}) {
    for (const int nights : {1, 4, 7}) {
      const NightClaims claims = false_night_claims(0.3, correlation, nights, 40, kRuns);
      table.rows.push_back({correlation, nights, percent(claims.verdicts), percent(claims.changes)});
    }
  }
  table.footnotes = {
      "A change is one between these nights: that it grows with the correlation is what it says."};
  print(table);
}

void print_looks() {
  Table table;
  table.caption = "Looks after each of 30 nights, equal rates, 2,000 runs each: at most 5 % wanted.";
  table.columns = {number_column("correlation"), text_column("nights"), number_column("each_night"),
                   number_column("one_look_test")};
  for (const double correlation : {0.0, 0.1, 0.2}) {
    for (const bool shared : {true, false}) {
      table.rows.push_back({correlation, std::string(shared ? "shared" : "apart"),
                            percent(false_verdicts_at_looks(correlation, 30, shared, true, 2'000)),
                            percent(false_verdicts_at_looks(correlation, 30, shared, false, 200))});
    }
  }
  table.footnotes = {"The test for one look is what must not be read again and again (200 runs)."};
  print(table);
}

void print_power() {
  Table table;
  table.caption = fmt::format(
      "Unlike mixes of cells, equal rates in each: {} false verdicts. Power with as many "
      "trials as are said to be needed, 80 % wanted, 2,000 runs each.",
      percent(false_unlike_mixes(2'000)));
  table.columns = {text_column("test"),
                   number_column("p_a"),
                   number_column("p_b"),
                   number_column("claims"),
                   number_column("trials", "trials a side"),
                   number_column("power"),
                   number_column("optimum", "fixed-n optimum")};
  for (const TestKind test : {TestKind::boschloo, TestKind::anytime}) {
    for (const auto& [a, b] : {std::pair{0.5, 0.2}, std::pair{0.3, 0.1}, std::pair{0.1, 0.02}}) {
      for (const std::size_t claims : {std::size_t{1}, std::size_t{10}}) {
        const double level = 1.0 - (1.0 - kDefaultLevel) / static_cast<double>(claims);
        table.rows.push_back(
            {std::string(test_kind_text(test)), a, b, static_cast<std::int64_t>(claims),
             promised_trials(test, a, b, claims), percent(promised_power(test, a, b, claims, 2'000)),
             std::llround(std::ceil(trials_per_side_uncorrected(a, b, kDefaultPower, level)))});
      }
    }
  }
  print(table);
}

void print_bundles() {
  Table table;
  table.caption =
      "Bundles over cells of one rate (0.4, 30 trials each) that name a workaround: at most 5 % wanted.";
  table.columns = {text_column("cells"), number_column("runs"), number_column("against_control"),
                   number_column("by_settings")};
  for (const auto& [threads, locks, runs] : {std::tuple{3, 3, 2'000}, {5, 5, 2'000}, {10, 5, 500}}) {
    table.rows.push_back({fmt::format("{}x{}", threads, locks), runs,
                          percent(false_workarounds(threads, locks, true, runs)),
                          percent(false_workarounds(threads, locks, false, runs))});
  }
  print(table);
}

void print_order_and_events() {
  Table table;
  table.caption = "Intervals that hold the rate, nominal 95 %, 2,000 runs each, simulated.";
  table.columns = {text_column("what"), number_column("as_shown"), number_column("plain")};
  for (const double stay : {0.0, 0.3, 0.6, 0.8}) {
    for (const int trials : {50, 200}) {
      const NightCoverage coverage = order_coverage(0.3, stay, trials, 2'000);
      table.rows.push_back({fmt::format("{} trials of a run, each as the one before with {}", trials, stay),
                            percent(coverage.widened), percent(coverage.plain)});
    }
  }
  for (const double variation : {0.0, 0.3, 0.6}) {
    for (const int nights : {4, 10}) {
      const NightCoverage coverage = event_rate_coverage(variation, nights, 2'000);
      table.rows.push_back({fmt::format("crashes per operation, {} nights, variation {}", nights, variation),
                            percent(coverage.widened), percent(coverage.plain)});
    }
  }
  print(table);
}

void print_new_claims() {
  Table table;
  table.caption = "Tables with any false claim, at most 5 % wanted, simulated.";
  table.columns = {text_column("what"), number_column("runs"), number_column("share")};
  for (const double correlation : {0.0, 0.1, 0.2}) {
    for (const int nights : {8, 14}) {
      table.rows.push_back(
          {fmt::format("a change point in one of ten cells, {} nights, correlation {}", nights, correlation),
           500, percent(false_changes(correlation, nights, 500))});
    }
    for (const int nights : {2, 5, 10}) {
      table.rows.push_back(
          {fmt::format("an odds ratio in a model of 2x3 cells, {} nights each, correlation {}", nights,
                       correlation),
           2'000, percent(false_models(correlation, nights, 2'000))});
    }
  }
  for (const std::size_t values : {std::size_t{6}, std::size_t{20}, std::size_t{60}}) {
    table.rows.push_back({fmt::format("a ratio in ten rows of {} numbers over two nights", values), 2'000,
                          percent(false_ratios(values, 2'000))});
    table.rows.push_back(
        {fmt::format("two modes in {} numbers of one", values), 2'000, percent(false_modes(values, 2'000))});
  }
  print(table);
}

/// The probability that what is *shown* holds the rate. Exact.
double shown_coverage(double p, std::int64_t n, IntervalSide side) {
  double sum = 0.0;
  for (std::int64_t k = 0; k <= n; ++k) {
    const auto interval = choose_interval({k, n}, {}, {std::nullopt, side, kDefaultLevel}).interval;
    const std::string text = format_percent_bounds(interval, side);
    const auto number_after = [&](const char* mark, double otherwise) {
      const auto found = text.find(mark);
      return found == std::string::npos ? otherwise : std::stod(text.substr(found + 2)) / 100.0;
    };
    const double low =
        side == IntervalSide::two_sided ? std::stod(text.substr(1)) / 100.0 : number_after(">=", 0.0);
    const double high = side == IntervalSide::two_sided ? number_after(", ", 1.0) : number_after("<=", 1.0);
    if (low <= p && p <= high) sum += binomial_pmf(k, n, p);
  }
  return sum;
}

void print_shown() {
  Table table;
  table.caption = "Coverage of the intervals as they are shown, nominal 95 %. Exact.";
  table.columns = {number_column("p"), number_column("n"), number_column("interval"), number_column("upper"),
                   number_column("lower")};
  for (const double p : {0.001, 0.01, 0.02, 0.1, 0.5, 0.9}) {
    for (const std::int64_t n : {10, 50, 100, 500, 1000}) {
      table.rows.push_back({p, n, percent(shown_coverage(p, n, IntervalSide::two_sided)),
                            percent(shown_coverage(p, n, IntervalSide::upper)),
                            percent(shown_coverage(p, n, IntervalSide::lower))});
    }
  }
  print(table);
}

struct NamedTable {
  std::string_view name;
  void (*print)();
};
constexpr NamedTable kTables[]{{"nights", print_nights},
                               {"looks", print_looks},
                               {"power", print_power},
                               {"shown", print_shown},
                               {"bundles", print_bundles},
                               {"order", print_order_and_events},
                               {"claims", print_new_claims},
                               {"medians", print_medians},
                               {"rates", print_proportions},
                               {"pairs", print_two_rates},
                               {"verdicts", print_false_verdicts},
                               {"anytime", print_anytime},
                               {"ratio", print_anytime_ratio},
                               {"pooled", print_tables_and_nights}};

bool is_asked_for(std::string_view name, int argc, char** argv) {
  return argc < 2 || std::find(argv + 1, argv + argc, name) != argv + argc;
}

}  // namespace
}  // namespace faultline

/// Prints the tables that are named, all of them where none is.
int main(int argc, char** argv) {
  for (const faultline::NamedTable& table : faultline::kTables) {
    if (faultline::is_asked_for(table.name, argc, argv)) table.print();
  }
  return 0;
}

// What our JSON walk is worth: the whole of parse_report() on it, beside the same parser on simdjson's DOM.
//
//   json_benchmark                2,000 generated reports of 90 to 260 KB
//   json_benchmark FILE.ips...    these files instead
//
// One thread, the same bytes in memory, in turns; seconds of one core. simdjson checks the whole text and
// builds its tree first; the parser then reads the same fields through the same interface. Both must read the
// same report, which is written out again and compared. simdjson::dom::parser::parse() alone is shown beside
// them: what no reader on this library can be faster than.

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analyzer/parse/parse_report.h"
#include "benchmarks/report_generator.h"
#include "benchmarks/simdjson_walker/simdjson_reader.h"
#include "core/files/text_file.h"
#include "core/ips/ips_writer.h"

namespace {

using namespace faultline;

constexpr int kRounds = 7;

bool parse_with_our_walk(std::string_view bytes) {
  const auto report = parse_report(bytes);
  return report.issues.empty() && !report.threads.empty();
}

/// The document behind the header line alone, as simdjson's users parse it.
bool build_tree_only(std::string_view bytes) {
  static simdjson::dom::parser parser;
  const auto body = bytes.substr(bytes.find('\n') + 1);
  return parser.parse(body.data(), body.size()).error() == simdjson::SUCCESS;
}

double seconds_for(const std::vector<std::string>& reports,
                   const std::function<bool(std::string_view)>& read) {
  const auto begin = std::clock();
  for (const auto& report : reports) {
    if (!read(report)) {
      std::fprintf(stderr, "a report was not read without issues\n");
      std::exit(1);
    }
  }
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<std::string> read_reports(int count, char** paths) {
  if (count == 0) return generate_reports();
  std::vector<std::string> reports;
  for (int i = 0; i < count; ++i) {
    auto bytes = read_file(paths[i]);
    if (!bytes) {
      std::fprintf(stderr, "%s\n", bytes.error().text().c_str());
      std::exit(1);
    }
    reports.push_back(std::move(*bytes));
  }
  return reports;
}

}  // namespace

int main(int count, char** arguments) {
  const auto reports = read_reports(count - 1, arguments + 1);
  double megabytes = 0;
  for (const auto& report : reports) {
    megabytes += static_cast<double>(report.size()) / 1e6;
    if (write_ips(parse_report(report)) != rewrite_with_simdjson(report)) {
      std::fprintf(stderr, "the two read different reports\n");
      return 1;
    }
  }
  std::vector<double> ours;
  std::vector<double> theirs;
  std::vector<double> tree;
  for (int round = 0; round < kRounds; ++round) {
    ours.push_back(seconds_for(reports, parse_with_our_walk));
    theirs.push_back(seconds_for(reports, parse_with_simdjson));
    tree.push_back(seconds_for(reports, build_tree_only));
  }
  fmt::print("{} reports, {:.0f} MB, one thread, median of {} rounds in turns\n", reports.size(), megabytes,
             kRounds);
  const auto print_row = [&](std::string_view who, double seconds) {
    fmt::print("{:<32} {:>8.3f} s {:>8.0f} MB/s\n", who, seconds, megabytes / seconds);
  };
  print_row("parse_report on our walk", median(ours));
  print_row("parse_report on simdjson", median(theirs));
  print_row("simdjson's tree alone", median(tree));
  fmt::print("{:<32} {:>8.2f}\n", "times as fast as on simdjson", median(theirs) / median(ours));
  return 0;
}

// Times `reanalyze`: a store of generated variants of one report, derived again.
//
//   reanalyze_benchmark REPORT.ips COUNT FILE      FILE: the store; made if it is not there, else used as it
//   is
//
// Variants differ in incident, pid and in where some frames of all threads stand, so that stacks and sites
// differ as in a campaign. Prints wall time, processor time of all threads, and the largest resident size.

#include <fmt/format.h>
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "analyzer/derive.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "app/ingest/reanalysis.h"
#include "app/ingest/symbol_search.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

constexpr std::size_t kBatch = 50;

/// Splits the template where variants differ, once.
class Variants {
 public:
  Variants(std::string text, const std::string& incident) : text_(std::move(text)), incident_(incident) {}

  std::string make(std::uint64_t number) const {
    std::mt19937_64 random(number);
    std::string out;
    out.reserve(text_.size() + 64);
    const std::string_view key = "\"imageOffset\":";
    const std::string fresh =
        fmt::format("{:08X}-{:04X}-4000-8000-{:012X}", random() & 0xffffffffU, random() & 0xffffU, number);
    for (std::size_t at = 0; at < text_.size();) {
      const std::string_view rest = std::string_view(text_).substr(at);
      if (rest.starts_with(incident_)) {
        out += fresh;
        at += incident_.size();
      } else if (rest.starts_with(key)) {
        std::uint64_t offset = 0;
        const char* begin = rest.data() + key.size();
        const auto end = std::from_chars(begin, text_.data() + text_.size(), offset).ptr;
        // One frame in twenty stands elsewhere in its function.
        if (end != begin && random() % 20 == 0) offset += 4 * (random() % 4);
        out += key;
        out += std::to_string(offset);
        at += static_cast<std::size_t>(end - rest.data());
      } else {
        out += text_[at++];
      }
    }
    return out;
  }

 private:
  std::string text_;
  std::string incident_;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t largest_resident_megabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

Result<void> fill(Store& store, const std::string& text, std::int64_t count) {
  const Analysis original = derive(text, ReportOrigin::imported, {});
  if (!original.report.incident) return fail(ErrorKind::parse, "the report has no incident to be replaced");
  const Variants variants(text, *original.report.incident);
  // As `import` does it, so that the first pass finds nothing that a symbol file would name otherwise.
  Symbolizer symbolizer(symbolize_options({}));
  const auto start = std::chrono::steady_clock::now();
  for (std::int64_t done = 0; done < count;) {
    std::vector<std::string> texts;
    std::vector<Analysis> analyses;
    for (std::size_t i = 0; i < kBatch && done < count; ++i, ++done) {
      texts.push_back(variants.make(static_cast<std::uint64_t>(done)));
      analyses.push_back(derive(texts.back(), ReportOrigin::imported, {}, &symbolizer));
    }
    std::vector<NewReport> batch;
    for (std::size_t i = 0; i < texts.size(); ++i) batch.push_back({texts[i], {}, &analyses[i]});
    TRY(store.add_reports(batch));
  }
  fmt::print("{} reports of {} bytes stored in {:.1f} s\n", count, text.size(), seconds_since(start));
  return {};
}

Result<void> measure(Store& store, const char* what, const SiteRules& rules) {
  Symbolizer symbolizer(symbolize_options({}));
  const ReanalysisWatcher watcher{[](const MovedSite&) {}, [](const ReanalysisCounts&) {}};
  const auto start = std::chrono::steady_clock::now();
  const double processor = processor_seconds();
  AnalysisChild child{std::filesystem::path()};  // For reports that failed before: there is none.
  TRY_ASSIGN(const auto counts, reanalyze_store(store, rules, symbolizer, child, watcher));
  fmt::print("{:<46} {:>8} reports, {:>8} moved  {:>6.1f} s  cpu {:>6.1f} s  largest {:>5} MB\n", what,
             counts.reports, counts.moved, seconds_since(start), processor_seconds() - processor,
             largest_resident_megabytes());
  std::fflush(stdout);
  return {};
}

Result<void> run(const std::string& report, std::int64_t count, const std::string& file) {
  std::error_code ignored;
  const bool known = std::filesystem::exists(file, ignored);
  TRY_ASSIGN(auto store, Store::open(file, OpenMode::read_write_create));
  TRY_ASSIGN(const std::string text, read_file(report));
  if (!known) TRY(fill(store, text, count));
  TRY_ASSIGN(const auto labels, read_site_rules("image:* label all\n", "labels"));
  const Analysis original = derive(text, ReportOrigin::imported, {});
  TRY_ASSIGN(const auto skips,
             read_site_rules(fmt::format("function:\"{}\" skip\n", original.site.function), "skips"));
  TRY(measure(store, "the same rules", {}));
  TRY(measure(store, "a rules file that labels all", labels));
  TRY(measure(store, "a rules file that moves all", skips));
  return measure(store, "and back", {});
}

}  // namespace
}  // namespace faultline

int main(int argc, char** argv) {
  using namespace faultline;
  if (argc != 4) {
    fmt::print(stderr, "usage: reanalyze_benchmark REPORT.ips COUNT FILE\n");
    return 2;
  }
  if (const auto done = run(argv[1], std::strtoll(argv[2], nullptr, 10), argv[3]); !done) {
    fmt::print(stderr, "reanalyze_benchmark: {}\n", done.error().text());
    return 1;
  }
  return 0;
}

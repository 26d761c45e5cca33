// Times what the store is asked most, and what it writes.
//
//   store_benchmark FILE      a store with trials and reports; it is written to, so give a copy
//
// Each question is asked by a Store opened anew, as a command does. Prints the median of some repeats.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <vector>

#include "core/base/hash.h"
#include "db/queries.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {
namespace {

constexpr int kRepeats = 5;

/// Wall and processor time: on a machine that is busy with other things only the second means much.
struct Cost {
  double wall_ms = 0.0;
  double cpu_ms = 0.0;
};

double middle(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Cost median_of(const std::function<Result<void>()>& body, int repeats = kRepeats) {
  std::vector<double> wall;
  std::vector<double> cpu;
  for (int i = 0; i < repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    if (const auto done = body(); !done) fmt::print(stderr, "{}\n", done.error().text());
    cpu.push_back(static_cast<double>(std::clock() - cpu_start) * 1000.0 / CLOCKS_PER_SEC);
    wall.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
  }
  return {middle(wall), middle(cpu)};
}

void print(std::string_view name, const Cost& cost) {
  fmt::print("{:<50} {:>9.2f} ms  cpu {:>9.2f} ms\n", name, cost.wall_ms, cost.cpu_ms);
  std::fflush(stdout);
}

std::optional<Filter> filter(std::string_view text) { return *parse_filter(text); }

class Questions {
 public:
  explicit Questions(std::filesystem::path path) : path_(std::move(path)) {}

  void ask(std::string_view name, const std::function<Result<void>(Store&)>& question) {
    print(name, median_of([&]() -> Result<void> {
            TRY_ASSIGN(auto store, Store::open(path_, OpenMode::read_only));
            return question(store);
          }));
  }

  void ask_all() {
    ask("open", [](Store&) { return Result<void>(); });
    rates("rates --by threads,lock", "", "crashed", {"threads", "lock"});
    rates("rates --by threads,lock --where os_build", "os_build=24G402", "crashed", {"threads", "lock"});
    rates("rates --by threads,lock --where phase", "phase=encoding", "crashed", {"threads", "lock"});
    rates("rates --by threads,lock --count site~", "", "site~function_3", {"threads", "lock"});
    rates("rates --count kind (most sites)", "", "kind=null_dereference", {"threads", "lock"});
    rates("rates --count 'not site~'", "", "outcome=crashed and not site~function_3", {"threads"});
    rates("rates, widest (date,workload,threads,lock,phase)", "", "crashed",
          {"date", "workload", "threads", "lock", "phase"});
    sites("sites", "", false);
    sites("sites --family", "", true);
    sites("sites --where os_build", "os_build=24G402", false);
    sites("sites --where threads and lock", "threads=8 and lock=none", false);
    sites("sites --where site~", "site~function_3", false);
    sites("sites --where outcome", "outcome=crashed", false);
    ask("one site over builds (query sites-by-build)", [](Store& store) -> Result<void> {
      TRY(query_sql(store, find_saved_query("sites-by-build")->sql));
      return {};
    });
    ask("partners of the commonest site", [](Store& store) -> Result<void> {
      SitesQuery one;
      one.limit = 1;
      TRY_ASSIGN(const auto rows, query_sites(store, one));
      TRY_ASSIGN(const auto totals, query_report_totals(store, {rows.front().key}));
      TRY(query_partners(store, {rows.front().key}, totals, 20));
      return {};
    });
    lists();
  }

 private:
  void rates(std::string_view name, std::string_view where, std::string_view count,
             std::vector<std::string> by) {
    RatesQuery query{filter(where), *parse_count(count), std::move(by), {}};
    ask(name, [&](Store& store) -> Result<void> {
      TRY(query_rates(store, query));
      return {};
    });
  }
  void sites(std::string_view name, std::string_view where, bool fold) {
    SitesQuery query;
    query.where = filter(where);
    query.fold_families = fold;
    ask(name, [&](Store& store) -> Result<void> {
      TRY(query_sites(store, query));
      return {};
    });
  }
  void lists() {
    ListQuery last;
    last.last = 20;
    ask("list reports --last 20", [&](Store& store) -> Result<void> {
      TRY(list_reports(store, last));
      return {};
    });
    ask("list trials --last 20", [&](Store& store) -> Result<void> {
      TRY(list_trials(store, last));
      return {};
    });
    ask("list runs", [&](Store& store) -> Result<void> {
      TRY(list_runs(store, {}));
      return {};
    });
    ask("ledger of a run", [&](Store& store) -> Result<void> {
      TRY_ASSIGN(const auto run, store.run("last"));
      TRY(query_reconciliation(store, run.uuid));
      return {};
    });
  }

  std::filesystem::path path_;
};

/// A report of some 90 KB whose addresses differ from one to the next, as ASLR makes them.
std::string make_bytes(const std::string& incident, std::uint64_t slide) {
  std::string bytes =
      fmt::format("{{\"bug_type\":\"309\",\"incident_id\":\"{}\"}}\n{{\"threads\":[", incident);
  for (std::uint64_t t = 0; t < 40; ++t) {
    bytes += "{\"frames\":[";
    for (std::uint64_t f = 0; f < 16; ++f) {
      bytes += fmt::format("{{\"imageOffset\":{},\"symbol\":\"function_{}_{}\",\"imageIndex\":{}}},",
                           t * 7919 + f * 31, t, f, (t * f) % 300);
    }
    bytes += "{}]},";
  }
  bytes += "{}],\"usedImages\":[";
  for (std::uint64_t i = 0; i < 300; ++i) {
    bytes += fmt::format("{{\"base\":{},\"uuid\":\"{}\",\"path\":\"/usr/lib/lib{}.dylib\"}},",
                         slide + i * 0x104000, hash128_hex(std::to_string(i)), i);
  }
  return bytes + "{}]}";
}

Analysis make_analysis(int number) {
  Analysis analysis;
  CrashReport& report = analysis.report;
  report.incident =
      fmt::format("{:08X}-BBBB-4000-8000-{:012X}", number, hash64(std::to_string(number)) >> 16);
  report.process_name = "bench";
  for (std::uint64_t i = 0; i < 300; ++i) {
    Image image;
    image.name = fmt::format("lib{}.dylib", i);
    image.size_bytes = 0x100000;
    report.images.push_back(image);
  }
  for (std::uint64_t t = 0; t < 40; ++t) {
    Thread thread;
    thread.triggered = t == 0;
    for (std::uint64_t f = 0; f < 16; ++f) {
      Frame frame;
      frame.image_index = (t * f) % 300;
      frame.image_offset =
          ImageOffset{(t == 0 ? 0 : static_cast<std::uint64_t>(number % 50)) * 100 + t * 7919 + f * 31};
      frame.symbol = fmt::format("function_{}_{}", t, f);
      thread.frames.push_back(frame);
    }
    report.threads.push_back(thread);
  }
  analysis.site.text = "bench";
  analysis.site.key = hash64_hex("bench");
  analysis.site.family = analysis.site.key;
  analysis.rules_version = "1";
  return analysis;
}

Result<void> measure_writing(const std::filesystem::path& path) {
  TRY_ASSIGN(auto store, Store::open(path, OpenMode::read_write));
  RunRecord run;
  run.uuid = Uuid::random();
  run.campaign_name = "bench";
  run.host.host_key = "bench";
  Cell cell;
  cell.workload = "bench";
  run.cells = {cell};
  run.started = SystemClock().wall();
  run.ended = run.started;
  run.state = RunState::finished;
  TRY(store.begin_run(run));
  Trial trial;
  trial.run = run.uuid;
  trial.argv = {"bench"};
  trial.started = run.started;
  std::int64_t index = 0;
  print("record_trial, passed", median_of(
                                    [&]() -> Result<void> {
                                      trial.index = index++;
                                      TRY(store.record_trial(trial, {}));
                                      return {};
                                    },
                                    300));
  int number = static_cast<int>(hash64(run.uuid.text()) & 0xffffff);
  print("record_trial, crashed, report of 90 KB",
        median_of(
            [&]() -> Result<void> {
              const Analysis analysis = make_analysis(++number);
              const std::string bytes =
                  make_bytes(*analysis.report.incident, static_cast<std::uint64_t>(number) * 0x4000);
              NewReport one{bytes, {}, &analysis};
              one.arrival.attribution = ReportAttribution{run.uuid, index, "bench"};
              trial.index = index++;
              TRY(store.record_trial(trial, {&one, 1}));
              return {};
            },
            100));
  std::vector<Analysis> analyses;
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) {
    analyses.push_back(make_analysis(++number));
    texts.push_back(
        make_bytes(*analyses.back().report.incident, static_cast<std::uint64_t>(number) * 0x4000));
  }
  std::vector<NewReport> batch;
  for (std::size_t i = 0; i < 50; ++i) batch.push_back({texts[i], {}, &analyses[i]});
  const Cost fifty = median_of(
      [&]() -> Result<void> {
        TRY(store.add_reports(batch));
        return {};
      },
      1);
  print("add_reports, 50 at once, per report", {fifty.wall_ms / 50, fifty.cpu_ms / 50});
  TRY_ASSIGN(const auto sizes,
             query_sql(store,
                       "SELECT avg(size_bytes), avg(length(body)) FROM raw WHERE prefix_raw_id IS NOT NULL "
                       "AND size_bytes > 10000"));
  fmt::print("{:<46} {} -> {} bytes\n", "raw report against its prefix", query_value_text(sizes.rows[0][0]),
             query_value_text(sizes.rows[0][1]));
  return {};
}

}  // namespace
}  // namespace faultline

int main(int argc, char** argv) {
  using namespace faultline;
  if (argc != 2) {
    fmt::print(stderr, "usage: store_benchmark FILE\n");
    return 2;
  }
  Questions(argv[1]).ask_all();
  if (const auto written = measure_writing(argv[1]); !written) {
    fmt::print(stderr, "store_benchmark: {}\n", written.error().text());
    return 1;
  }
  return 0;
}

// Makes a large store to ask questions of: nights of trials on three hosts, half of which crashed.
//
//   store_maker FILE [--trials N] [--blocks N] [--check]
//
// 1,000,000 trials and some 500,000 reports by default, in nights of 200 blocks of 20 trials; with 50,000
// blocks all of them are one run.
//
// Hosts, runs and cells are stored as a run stores them. Trials, reports and what is derived from them are
// written by SQL in one transaction; --check then asks the store itself whether every count fits its rows.
// Raw reports are 256 zero bytes each: no question that is timed reads one. Seeded: the same store every
// time.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/hash.h"
#include "db/sqlite/connection.h"
#include "db/store.h"

namespace faultline {
namespace {

constexpr int kSites = 60;
constexpr std::array<int, 5> kThreads{1, 2, 4, 8, 16};
constexpr std::array<std::string_view, 4> kLocks{"none", "per-op", "rwlock", "global"};
constexpr std::array<std::string_view, 4> kPhases{"setup", "encoding", "commit", "done"};

class Random {
 public:
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  double share() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::int64_t below(std::int64_t bound) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(bound));
  }

 private:
  std::uint64_t state_ = 42;
};

std::string os_build(int night) { return fmt::format("24G{}", 400 + night / 30); }

RunRecord make_run(int night, std::int64_t blocks, Random& random) {
  RunRecord run;
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.next());
  run.uuid = Uuid(bytes);
  run.campaign_name = "agx-race";
  run.campaign_hash = hash128_hex("agx-race");
  run.campaign_text = "[campaign]\nname = \"agx-race\"\n";
  run.control = "threads=8 and lock=none";
  run.host.host_name = fmt::format("rack-{}", night % 3 + 1);
  run.host.host_key = hash128_hex(run.host.host_name);
  run.host.os_name = "macOS";
  run.host.os_version = fmt::format("15.{}", 1 + night / 90);
  run.host.os_build = os_build(night);
  run.host.model = "Mac16,5";
  run.host.agx_version = fmt::format("329.{}", night / 60);
  run.host.zone_minutes = 60;
  run.facts = {{"torch", fmt::format("2.{}", 7 + night / 80)}};
  for (const int threads : kThreads) {
    for (const std::string_view lock : kLocks) {
      Cell cell;
      cell.workload = "agx-sim";
      const std::string label = std::to_string(threads);
      cell.parameters = {{"threads", {label, label, ParameterType::integer, false}},
                         {"lock", {std::string(lock), std::string(lock), ParameterType::text, false}}};
      run.cells.push_back(std::move(cell));
    }
  }
  run.planned_blocks = blocks;
  run.started = *parse_utc("2025-01-01T21:00:00.000Z") + std::chrono::hours(24 * night);
  run.ended = run.started + std::chrono::hours(9);
  run.state = RunState::finished;
  return run;
}

/// Some half of all trials crash; without a lock more, with one thread never.
double crash_rate(std::size_t cell) {
  const auto threads = kThreads[cell / kLocks.size()];
  if (threads == 1) return 0.0;
  constexpr std::array<double, 4> kOfLock{0.98, 0.86, 0.72, 0.12};
  return kOfLock[cell % kLocks.size()] * (threads >= 8 ? 1.0 : threads == 4 ? 0.95 : 0.85);
}

Result<std::int64_t> attribute(Connection& connection, std::string_view name, std::string_view value) {
  TRY_ASSIGN(auto insert, connection.prepare("INSERT OR IGNORE INTO attribute (name, value) VALUES (?, ?)"));
  TRY(insert.with(name, value).run());
  TRY_ASSIGN(auto select, connection.prepare("SELECT id FROM attribute WHERE name = ? AND value = ?"));
  select.with(name, value);
  TRY(select.step());
  return select.integer(0);
}

Result<std::int64_t> text(Connection& connection, std::string_view value) {
  TRY_ASSIGN(auto insert, connection.prepare("INSERT OR IGNORE INTO text (value) VALUES (?)"));
  TRY(insert.with(value).run());
  TRY_ASSIGN(auto select, connection.prepare("SELECT id FROM text WHERE value = ?"));
  select.with(value);
  TRY(select.step());
  return select.integer(0);
}

class StoreMaker {
 public:
  StoreMaker(Store& store, std::int64_t trials, std::int64_t blocks)
      : store_(store), connection_(store.connection()), trials_wanted_(trials), blocks_(blocks) {}

  Result<void> make() {
    std::vector<RunRecord> runs;
    const std::int64_t a_night = blocks_ * static_cast<std::int64_t>(kThreads.size() * kLocks.size());
    for (int night = 0; night * a_night < trials_wanted_; ++night) {
      runs.push_back(make_run(night, blocks_, random_));
      TRY(store_.begin_run(runs.back()));
    }
    TRY_ASSIGN(auto transaction, Transaction::begin(connection_));
    TRY(make_vocabulary());
    TRY(make_sites());
    for (std::size_t night = 0; night < runs.size(); ++night)
      TRY(make_night(runs[night], static_cast<int>(night)));
    TRY(tally_reports());
    return transaction.commit();
  }

  [[nodiscard]] std::int64_t trials() const { return trials_; }
  [[nodiscard]] std::int64_t reports() const { return reports_; }

 private:
  Result<void> make_vocabulary() {
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
      TRY_ASSIGN(phases_[i], attribute(connection_, "phase", kPhases[i]));
    }
    TRY_ASSIGN(metric_, attribute(connection_, "metric", "ops_per_second"));
    TRY_ASSIGN(process_, attribute(connection_, "process", "agx_sim"));
    TRY_ASSIGN(exception_, attribute(connection_, "exception", "EXC_BAD_ACCESS"));
    TRY_ASSIGN(model_, attribute(connection_, "model", "Mac16,5"));
    TRY_ASSIGN(argv_, text(connection_, "[\"agx_sim\"]"));
    TRY_ASSIGN(crash_rule_, text(connection_, "crash_signal"));
    TRY_ASSIGN(pass_rule_, text(connection_, "exit_code"));
    return {};
  }

  Result<void> make_sites() {
    TRY_ASSIGN(auto insert,
               connection_.prepare(
                   "INSERT INTO site (key, text, family, family_text, image, function, "
                   "code_offset_hex, fault_kind, fault_offset_hex, access, rules_version, "
                   "rule_labels_json) VALUES (?, ?, ?, ?, 'AGXMetalG16X', ?, ?, ?, ?, 'read', '1', '[]')"));
    for (int i = 0; i < kSites; ++i) {
      const std::string function = fmt::format("-[AGXG16XFamilyComputeContext function_{}:]", i);
      const auto code_offset = static_cast<std::uint64_t>(32 + 4 * i);
      const auto fault_offset = static_cast<std::uint64_t>(0x98 + 8 * i);
      const std::string site =
          fmt::format("AGXMetalG16X {}+{} null+0x{:x} read", function, code_offset, fault_offset);
      const std::string family = fmt::format("AGXMetal* -[AGXG*Family* function_{}:]", i / 2);
      const std::string key = hash64_hex(site);
      const std::string family_key = hash64_hex(family);
      const std::string code_hex = hex16(code_offset);
      const std::string fault_hex = hex16(fault_offset);
      insert.with(key, site, family_key, family, function, code_hex,
                  i % 10 == 0 ? "assertion" : "null_dereference", fault_hex);
      TRY(insert.run_and_reset());
      sites_[static_cast<std::size_t>(i)] = connection_.last_insert_id();
    }
    return {};
  }

  Result<void> make_night(const RunRecord& run, int night) {
    const std::string uuid = run.uuid.text();
    TRY_ASSIGN(auto find,
               connection_.prepare("SELECT r.id, min(c.id) FROM run r JOIN cell c ON c.run_id = r.id "
                                   "WHERE r.uuid = ?"));
    find.with(uuid);
    TRY(find.step());
    const std::int64_t run_id = find.integer(0);
    const std::int64_t first_cell = find.integer(1);
    TRY_ASSIGN(const std::int64_t build, attribute(connection_, "os_build", *run.host.os_build));
    TRY_ASSIGN(const std::int64_t version, attribute(connection_, "os_version", *run.host.os_version));
    const auto cells = static_cast<std::int64_t>(run.cells.size());
    TRY_ASSIGN(auto trial,
               connection_.prepare(
                   "INSERT INTO trial (run_id, trial_index, block_index, cell_id, outcome, contaminated, "
                   "uncaptured, "
                   "warm_up, phase_id, started_at, duration_ns, rule_id, pid, exit_code, term_signal, "
                   "term_signal_name, timed_out, unkillable_count, argv_id) VALUES (?, ?, ?, ?, ?, 0, ?, 0, "
                   "?, ?, ?, "
                   "?, ?, ?, ?, ?, 0, 0, ?)"));
    for (std::int64_t index = 0; index < blocks_ * cells && trials_ < trials_wanted_; ++index) {
      const auto cell = static_cast<std::size_t>(random_.below(cells));
      const double kind = random_.share();
      const bool crashed = kind < crash_rate(cell);
      const bool hung = !crashed && kind > 0.998;
      const bool uncaptured = crashed && random_.share() < 0.004;
      const std::int64_t phase = phases_[crashed ? 1 + static_cast<std::size_t>(random_.below(2)) : 3];
      const std::string started = format_utc_precise(run.started + std::chrono::seconds(8 * index));
      const std::int64_t duration = 200'000'000 + random_.below(1'500'000'000);
      trial.with(run_id, index, index / cells, first_cell + static_cast<std::int64_t>(cell),
                 crashed ? "crashed"
                 : hung  ? "hung"
                         : "passed",
                 uncaptured, phase, started, duration, crashed ? crash_rule_ : pass_rule_, 1000 + index);
      if (crashed) {
        trial.with(std::nullopt, 11, "SIGSEGV");
      } else {
        trial.with(0, std::nullopt, std::nullopt);
      }
      trial.bind(argv_);
      TRY(trial.run_and_reset());
      const std::int64_t trial_id = connection_.last_insert_id();
      ++trials_;
      if (crashed && !uncaptured) {
        TRY(make_report(run_id, trial_id, first_cell + static_cast<std::int64_t>(cell), phase, build, version,
                        started, night));
      } else if (!crashed && !hung) {
        TRY_ASSIGN(auto metric,
                   connection_.prepare(
                       "INSERT INTO trial_metric (trial_id, position, name_id, value) VALUES (?, 0, ?, ?)"));
        TRY(metric.with(trial_id, metric_, 3000.0 + 800.0 * random_.share()).run());
      }
    }
    return {};
  }

  Result<void> make_report(std::int64_t run_id, std::int64_t trial_id, std::int64_t cell_id,
                           std::int64_t phase, std::int64_t build, std::int64_t version,
                           const std::string& at, int night) {
    // The commonest site has a fifth of the reports, and later builds bring new ones.
    const auto reach = std::min(kSites, 20 + night / 6);
    const auto site = static_cast<std::size_t>(std::floor(std::pow(random_.share(), 2.0) * reach));
    const std::string hash = hash128_hex(fmt::format("report {}", reports_));
    const std::string incident = fmt::format("{:08X}-AAAA-4000-8000-{:012X}", reports_, random_.next() >> 16);
    TRY_ASSIGN(auto raw,
               connection_.prepare("INSERT INTO raw (hash, size_bytes, shape, prefix_raw_id, body) VALUES "
                                   "(?, 90000, 'shape', NULL, zeroblob(256))"));
    TRY(raw.with(hash).run());
    const std::int64_t raw_id = connection_.last_insert_id();
    TRY_ASSIGN(
        auto report,
        connection_.prepare(
            "INSERT INTO report (incident, raw_id, origin, kind, happened_at, run_id, trial_id, cell_id, "
            "site_id, process_id, pid, os_version_id, os_build_id, model_id, exception_id, rules_version, "
            "phase_id, outcome, in_rates) VALUES (?, ?, 'captured', 'crash', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
            "?, "
            "'1', ?, 'crashed', 1)"));
    report.with(incident, raw_id, at, run_id, trial_id, cell_id, sites_[site], process_,
                1000 + reports_ % 60000);
    report.with(version, build, model_, exception_, phase);
    TRY(report.run());
    const std::int64_t report_id = connection_.last_insert_id();
    TRY_ASSIGN(auto form,
               connection_.prepare("INSERT INTO raw_form (report_id, raw_id, form) VALUES (?, ?, 'json')"));
    TRY(form.with(report_id, raw_id).run());
    TRY_ASSIGN(
        auto analysis,
        connection_.prepare("INSERT INTO report_analysis (report_id, fault_kind, sentence, evidence_json, "
                            "issue_count) VALUES (?, 'null_dereference', 'x20 is NULL', '[]', 0)"));
    TRY(analysis.with(report_id).run());
    ++reports_;
    return {};
  }

  /// What the triggers of single reports would have counted.
  Result<void> tally_reports() {
    return connection_.execute(
        "INSERT INTO report_tally (site_id, cell_id, os_build_id, os_version_id, model_id, process_id, "
        "exception_id, "
        "phase_id, outcome, in_rates, origin, day, reports, first_at, last_at) SELECT site_id, cell_id, "
        "os_build_id, "
        "os_version_id, model_id, process_id, exception_id, phase_id, outcome, in_rates, origin, '', "
        "count(*), "
        "min(happened_at), max(happened_at) FROM report GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11");
  }

  Store& store_;
  Connection& connection_;
  std::int64_t trials_wanted_;
  std::int64_t blocks_;
  Random random_;
  std::array<std::int64_t, kPhases.size()> phases_{};
  std::array<std::int64_t, kSites> sites_{};
  std::int64_t metric_ = 0;
  std::int64_t process_ = 0;
  std::int64_t exception_ = 0;
  std::int64_t model_ = 0;
  std::int64_t argv_ = 0;
  std::int64_t crash_rule_ = 0;
  std::int64_t pass_rule_ = 0;
  std::int64_t trials_ = 0;
  std::int64_t reports_ = 0;
};

Result<bool> make_store(const std::filesystem::path& path, std::int64_t trials, std::int64_t blocks,
                        bool check) {
  TRY_ASSIGN(auto store, Store::open(path, OpenMode::read_write_create));
  TRY_ASSIGN(const auto runs, store.find_runs({}));
  if (!runs.empty())
    return fail(ErrorKind::invalid_argument, path.string() + " holds runs already; name a new file");
  const auto start = std::chrono::steady_clock::now();
  StoreMaker maker(store, trials, blocks);
  TRY(maker.make());
  store.optimize();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print("{} trials and {} reports in {:.0f} s\n", maker.trials(), maker.reports(), took.count());
  if (!check) return true;
  TRY_ASSIGN(const auto findings, store.check_integrity());
  for (const std::string& finding : findings) fmt::print(stderr, "{}\n", finding);
  if (findings.empty()) fmt::print("every count fits its rows\n");
  return findings.empty();
}

}  // namespace
}  // namespace faultline

int main(int argc, char** argv) {
  std::string file;
  std::int64_t trials = 1'000'000;
  std::int64_t blocks = 200;
  bool check = false;
  bool understood = true;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--check") {
      check = true;
    } else if (word == "--trials" && i + 1 < argc) {
      trials = std::strtoll(argv[++i], nullptr, 10);
    } else if (word == "--blocks" && i + 1 < argc) {
      blocks = std::strtoll(argv[++i], nullptr, 10);
    } else if (file.empty() && !word.starts_with("-")) {
      file = word;
    } else {
      understood = false;
    }
  }
  if (!understood || file.empty() || trials < 1 || blocks < 1) {
    fmt::print(stderr, "usage: store_maker FILE [--trials N] [--blocks N] [--check]\n");
    return 2;
  }
  const auto made = faultline::make_store(file, trials, blocks, check);
  if (made) return *made ? 0 : 1;
  fmt::print(stderr, "{}\n", made.error().text());
  return 1;
}

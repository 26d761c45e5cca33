#include "app/ingest/reanalysis.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "analyzer/analyze.h"
#include "analyzer/derive.h"
#include "app/ingest/stored_report.h"
#include "core/base/clock.h"

namespace faultline {
namespace {

constexpr std::size_t kBatchReports = 128;
constexpr std::uint64_t kMostBytesAtATime = 32ULL << 20;
/// So many that the processors have work while one is written and the next is read.
constexpr std::size_t kBatchesAhead = 3;
/// Between two transactions: longer than a waiting writer sleeps between its looks at the lock.
constexpr std::chrono::milliseconds kTurnOfOthers{15};
/// A transaction that holds the lock for longer is followed by smaller ones: others get their turn in time.
constexpr std::chrono::milliseconds kLongestTurn{40};
constexpr std::size_t kFirstAtOnce = 8;

struct Derived {
  Analysis analysis;
  std::string hash;
};

Derived derive_again(const StoredReport& stored, const SiteRules& rules, Symbolizer& symbolizer,
                     AnalysisChild& child) {
  Derived out;
  if (!stored.damage.empty()) return out;
  if (stored.is_unanalysed) {
    if (const auto failure = child.failure_of(stored.bytes)) {
      out.analysis = unanalysed(stored.origin, *failure);
      return out;
    }
  }
  out.analysis =
      derive(stored.bytes, stored.origin, rules, symbolizer_for(stored.origin, symbolizer), stored.gpu_error);
  if (stored.is_unanalysed) return out;
  out.hash = analysis_hash(out.analysis);
  // What will not be written need not be kept.
  if (is_same_report(out.hash, stored.analysis_hash)) out.analysis.report = {};
  return out;
}

/// Reports of which the analyses are being derived.
class Batch {
 public:
  Batch(std::vector<StoredReport> reports, const SiteRules& rules, Symbolizer& symbolizer,
        AnalysisChild& child)
      : reports_(std::move(reports)),
        derived_(reports_.size()),
        work_(reports_.size(), [this, &rules, &symbolizer, &child](std::size_t i) {
          derived_[i] = derive_again(reports_[i], rules, symbolizer, child);
          if (!reports_[i].is_unanalysed) reports_[i].bytes = {};
        }) {}

  void wait() { work_.wait(); }
  // After wait().
  [[nodiscard]] const std::vector<StoredReport>& reports() const { return reports_; }
  [[nodiscard]] const std::vector<Derived>& derived() const { return derived_; }

 private:
  std::vector<StoredReport> reports_;
  std::vector<Derived> derived_;
  DerivationBatch work_;  // Last: it uses the others.
};

class Reanalysis {
 public:
  Reanalysis(Store& store, const SiteRules& rules, Symbolizer& symbolizer, AnalysisChild& child,
             const ReanalysisWatcher& watcher)
      : store_(store), rules_(rules), symbolizer_(symbolizer), child_(child), watcher_(watcher) {}

  Result<ReanalysisCounts> run() {
    TRY(reports());
    TRY(deaths_without_report());
    return counts_;
  }

 private:
  Result<void> reports() {
    std::deque<std::unique_ptr<Batch>> running;
    std::int64_t last = 0;
    bool all_loaded = false;
    while (true) {
      while (!all_loaded && running.size() < kBatchesAhead) {
        TRY_ASSIGN(auto loaded, store_.stored_reports(last, kBatchReports, kMostBytesAtATime));
        all_loaded = loaded.empty();
        if (all_loaded) break;
        last = loaded.back().place;
        running.push_back(std::make_unique<Batch>(std::move(loaded), rules_, symbolizer_, child_));
      }
      if (running.empty()) return {};
      running.front()->wait();
      TRY(write(*running.front()));
      running.pop_front();
    }
  }

  Result<void> write(const Batch& batch) {
    std::vector<NewAnalysis> changed;
    for (std::size_t i = 0; i < batch.reports().size(); ++i) {
      const StoredReport& stored = batch.reports()[i];
      if (!stored.damage.empty()) {
        ++counts_.damaged;
        watcher_.damaged(stored.incident, stored.damage);
        continue;
      }
      const Derived& now = batch.derived()[i];
      const CrashSite& site = now.analysis.site;
      if (site.key != stored.site_key) {
        moved({stored.incident, stored.site_key, stored.site_text, site.key, site.text});
      }
      if (stored.is_unanalysed) {
        TRY(store_.add_analysis(stored.bytes, now.analysis, clock_.wall()));
      } else if (now.hash != stored.analysis_hash || now.analysis.rules_version != stored.rules_version) {
        changed.push_back({stored.incident, &now.analysis, now.hash, stored.analysis_hash});
      }
    }
    TRY(replace(changed));
    counts_.reports += static_cast<std::int64_t>(batch.reports().size());
    watcher_.progress(counts_);
    return {};
  }

  Result<void> replace(std::span<const NewAnalysis> changed) {
    while (!changed.empty()) {
      const auto some = changed.first(std::min(at_once_, changed.size()));
      const auto before = clock_.monotonic();
      TRY(store_.replace_analyses(some));
      const auto held = clock_.monotonic() - before;
      changed = changed.subspan(some.size());
      if (held > kLongestTurn) at_once_ = std::max<std::size_t>(1, some.size() / 2);
      if (held < kLongestTurn / 4) at_once_ = std::min(kBatchReports, at_once_ * 2);
      std::this_thread::sleep_for(kTurnOfOthers);
    }
    return {};
  }

  Result<void> deaths_without_report() {
    Uuid run;
    std::int64_t index = -1;
    while (true) {
      TRY_ASSIGN(const auto trials, store_.uncaptured_trials(run, index, kBatchReports));
      if (trials.empty()) return {};
      std::vector<NewOutputSite> changed;
      for (const UncapturedTrial& trial : trials) {
        auto found = analyze_output(trial.stderr_tail,
                                    std::filesystem::path(trial.program).filename().string(), rules_);
        const std::string key = found ? found->site.key : std::string();
        if (key != trial.site_key) {
          moved({"trial " + trial.run.text() + "/" + std::to_string(trial.index), trial.site_key,
                 trial.site_text, key, found ? found->site.text : std::string()});
        }
        if (key != trial.site_key || (found && found->rules_version != trial.rules_version)) {
          changed.push_back({trial.run, trial.index, std::move(found)});
        }
      }
      if (!changed.empty()) TRY(store_.replace_output_sites(changed));
      counts_.uncaptured += static_cast<std::int64_t>(trials.size());
      watcher_.progress(counts_);
      run = trials.back().run;
      index = trials.back().index;
    }
  }

  void moved(const MovedSite& site) {
    ++counts_.moved;
    watcher_.moved(site);
  }

  Store& store_;
  const SiteRules& rules_;
  Symbolizer& symbolizer_;
  AnalysisChild& child_;
  const ReanalysisWatcher& watcher_;
  SystemClock clock_;
  std::size_t at_once_ = kFirstAtOnce;  // Reports in one transaction.
  ReanalysisCounts counts_;
};

}  // namespace

Result<ReanalysisCounts> reanalyze_store(Store& store, const SiteRules& rules, Symbolizer& symbolizer,
                                         AnalysisChild& child, const ReanalysisWatcher& watcher) {
  return Reanalysis(store, rules, symbolizer, child, watcher).run();
}

}  // namespace faultline

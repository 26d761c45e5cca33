#include "app/report/export_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "analyzer/derive.h"
#include "app/ingest/stored_report.h"
#include "app/ingest/symbol_search.h"
#include "core/base/clock.h"
#include "db/queries.h"

namespace faultline {
namespace {

Result<DerivedReport> carry(Store& from, const std::string& incident, const ReportAttribution& attribution,
                            const SiteRules& rules, Symbolizer& symbolizer) {
  TRY_ASSIGN(auto report, derive_stored(from, incident, rules, symbolizer));
  if (!report.arrival.attribution) report.arrival.attribution = attribution;
  return report;
}

Result<void> copy_trials(Store& from, Store& to, const RunRecord& run, const SiteRules& rules) {
  std::set<std::string> done;
  Symbolizer symbolizer(symbolize_options({}));
  TRY_ASSIGN(const auto trials, from.trials_of(run.uuid));
  for (const auto& trial : trials) {
    std::vector<DerivedReport> carried;
    for (const auto& incident : trial.incidents) {
      TRY_ASSIGN(auto report,
                 carry(from, incident, {run.uuid, trial.index, "as exported"}, rules, symbolizer));
      carried.push_back(std::move(report));
      done.insert(incident);
    }
    std::vector<NewReport> reports;
    reports.reserve(carried.size());
    for (const auto& report : carried) reports.push_back({report.bytes, report.arrival, &report.analysis});
    const auto output_site = derive_output_site(trial, rules);
    TRY(to.record_trial(trial, reports, output_site ? &*output_site : nullptr));
  }
  TRY_ASSIGN(const auto met, from.reports_met_by(run.uuid));
  for (const auto& report_met : met) {
    if (done.contains(report_met.incident)) continue;
    TRY_ASSIGN(const auto report,
               carry(from, report_met.incident, {run.uuid, std::nullopt, "as exported"}, rules, symbolizer));
    TRY(to.add_report(report.bytes, report.arrival, report.analysis));
  }
  return {};
}

Result<void> copy_labels(Store& from, Store& to, WallTime at) {
  TRY_ASSIGN(const auto given, query_sites(from, {}));
  TRY_ASSIGN(const auto rows, query_sites(to, {}));
  for (const auto& row : rows) {
    for (const auto& other : given) {
      if (other.key != row.key) continue;
      for (const auto& word : other.labels) TRY(to.add_label(row.key, word, at));
    }
  }
  return {};
}

Result<void> write_store(Store& from, const RunRecord& run, const SiteRules& rules,
                         const std::filesystem::path& path) {
  TRY_ASSIGN(auto to, Store::open(path, OpenMode::read_write_create));
  TRY(to.begin_run(run));
  TRY(copy_trials(from, to, run, rules));
  const auto at = run.ended.value_or(SystemClock().wall());
  TRY(copy_labels(from, to, at));
  if (run.state != RunState::running) TRY(to.end_run(run.uuid, run.state, run.state_reason, at));
  return to.seal();
}

}  // namespace

Result<void> check_nothing_is_there(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return {};
  return fail(ErrorKind::invalid_argument,
              path.string() + " is there already; an export is never written over");
}

Result<void> export_run(Store& from, const RunRecord& run, const SiteRules& rules,
                        const std::filesystem::path& path) {
  TRY(check_nothing_is_there(path));
  std::error_code error;
  const auto unfinished =
      path.parent_path() / fmt::format(".{}.tmp-{}", path.filename().string(), ::getpid());
  auto written = write_store(from, run, rules, unfinished);
  if (written) {
    using std::filesystem::perms;
    std::filesystem::permissions(unfinished, perms::owner_read | perms::group_read | perms::others_read,
                                 error);
    if (!error) std::filesystem::rename(unfinished, path, error);
    if (error) written = fail(ErrorKind::io, "cannot write " + path.string() + ": " + error.message());
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(unfinished.string() + end, error);
  return written;
}

}  // namespace faultline

#include "app/ingest/report_watch.h"

#include <fmt/format.h>

#include <utility>

#include "analyzer/derive.h"
#include "analyzer/symbolize/symbolize_report.h"
#include "core/model/short_site.h"
#include "core/text/text_escape.h"

namespace faultline {
namespace {

std::string arrival_line(const FoundReport& found, const AddedReport& added, const Analysis& analysis,
                         WallTime now) {
  std::string line =
      fmt::format("{}  {}  {}", format_utc(now), report_news_text(added.news), found.path.string());
  const auto& report = analysis.report;
  line += "  " + std::string(report_kind_text(report.kind));
  if (report.process_name) line += "  " + *report.process_name;
  if (report.kind == ReportKind::crash && !analysis.site.text.empty())
    line += "  " + short_site(analysis.site);
  return escape_line(line);
}

}  // namespace

ReportWatch::ReportWatch(Store& store, const SiteRules& rules, Symbolizer& symbolizer, AnalysisChild& child,
                         const Clock& clock, const std::vector<std::filesystem::path>& folders,
                         WatchObserver observer)
    : store_(store),
      derive_report_(child.guard(ReportOrigin::imported,
                                 [&](std::string_view bytes, std::string_view) {
                                   return derive(bytes, ReportOrigin::imported, rules, &symbolizer);
                                 })),
      clock_(clock),
      observer_(std::move(observer)) {
  for (const auto& folder : folders) watched_.push_back({ReportFolder(folder), {}});
}

Result<void> ReportWatch::look() {
  for (Watched& watched : watched_) TRY(look_into(watched));
  return {};
}

Result<void> ReportWatch::look_into(Watched& watched) {
  const FolderScan scan = watched.folder.scan(clock_.monotonic());
  if (scan.problem != watched.reported && !scan.problem.empty()) observer_.problem(scan.problem);
  watched.reported = scan.problem;
  for (const FoundReport& found : scan.reports) {
    TRY_ASSIGN(const auto known, store_.find_known(found.bytes));
    if (known) continue;
    const auto analysis = derive_report_(found.bytes, {});
    ReportArrival arrival;
    arrival.origin = ReportOrigin::imported;
    arrival.source_path = found.path.string();
    arrival.seen = clock_.wall();
    TRY_ASSIGN(const auto added, store_.add_report(found.bytes, arrival, analysis));
    observer_.arrived(arrival_line(found, added, analysis, clock_.wall()));
  }
  return {};
}

}  // namespace faultline

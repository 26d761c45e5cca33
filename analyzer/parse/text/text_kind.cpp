#include "analyzer/parse/text/text_kind.h"

namespace faultline {
namespace {

ReportKind kind_of_event(std::string_view event) {
  for (const std::string_view limit : {"cpu usage", "disk writes", "wakeups"}) {
    if (event.find(limit) != event.npos) return ReportKind::resource;
  }
  const bool unresponsive = event.find("hang") != event.npos || event.find("watchdog") != event.npos;
  return unresponsive ? ReportKind::hang : ReportKind::other;
}

}  // namespace

ReportKind kind_of_text(const CrashReport& report, const TextMarks& marks) {
  if (report.is_simulated || report.is_non_fatal) return ReportKind::non_fatal;
  if (report.exception || report.crashed_thread_index()) return ReportKind::crash;
  if (!marks.event.empty()) return kind_of_event(marks.event);
  if (marks.leaks) return ReportKind::other;
  if (marks.sampled) return marks.by_sample ? ReportKind::profile : ReportKind::hang;
  return report.threads.empty() && !report.termination ? ReportKind::other : ReportKind::crash;
}

}  // namespace faultline

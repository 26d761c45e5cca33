#include "app/report/show_target.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "db/queries.h"

namespace faultline {

Result<ShowTarget> find_show_target(Store& store, const std::string& what) {
  const auto report = store.resolve_report(what);
  if (what == "last") return report ? Result<ShowTarget>(ShowTarget::report) : fail(report.error());
  const auto site = resolve_site(store, what);
  const auto run = store.run(what);
  std::vector<std::string> kinds;
  if (report) kinds.push_back("report " + *report);
  if (site) kinds.push_back("crash site " + site->front());
  if (run) kinds.push_back("run " + run->uuid.text());
  if (kinds.size() > 1) {
    return fail(ErrorKind::invalid_argument,
                fmt::format("{} may be {}; give more digits", what, fmt::join(kinds, " or ")));
  }
  if (report) return ShowTarget::report;
  if (site) return ShowTarget::site;
  if (run) return ShowTarget::run;
  // Of several reports or runs the store says which.
  for (const Error& error : {report.error(), run.error()}) {
    if (error.text().find("several") != std::string::npos) return fail(error);
  }
  return fail(
      ErrorKind::invalid_argument,
      fmt::format("{} has no report, crash site, run or label {}; `faultline list reports`, `faultline "
                  "sites` and `faultline list runs` show what is there",
                  store.path().string(), what));
}

}  // namespace faultline

#include "app/report/run_status.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/model/short_site.h"
#include "core/text/text_escape.h"
#include "reports/formats/cell_text.h"
#include "reports/formats/number_format.h"

namespace faultline {
namespace {

std::string state_text(const RunStatus& status) { return state_text(status.run, status.now.has_value()); }

Result<std::optional<TrialRow>> find_last_crash(Store& store, const std::string& run) {
  ListQuery query;
  query.last = 1;
  TRY_ASSIGN(query.where, parse_filter("run=" + run + " and outcome=crashed"));
  TRY_ASSIGN(auto rows, list_trials(store, query));
  if (rows.empty()) return std::optional<TrialRow>();
  return std::optional<TrialRow>(std::move(rows[0]));
}

Result<RunStatus> status_of(Store& store, const std::filesystem::path& db, RunRow run) {
  RunStatus status;
  TRY_ASSIGN(const auto record, store.run(run.run));
  status.now = living_run(db, record.uuid);
  TRY_ASSIGN(status.last_crash, find_last_crash(store, run.run));
  if (status.last_crash && !status.last_crash->incidents.empty()) {
    const auto report = report_row(store, status.last_crash->incidents[0]);
    if (report) status.last_crash_site = report->site_text;
  }
  if (!run.control.empty()) {
    RatesQuery query;
    TRY_ASSIGN(query.where, parse_filter("run=" + run.run + " and (" + run.control + ")"));
    TRY_ASSIGN(query.count, parse_count("crashed"));
    TRY_ASSIGN(const auto rates, query_rates(store, query));
    status.control = rates.total;
  }
  status.run = std::move(run);
  return status;
}

std::string control_text(const RunStatus& status) {
  if (!status.control) return "none";
  const auto& control = *status.control;
  const std::string what = escape_line(status.run.control);
  if (control.trials == 0) return what + ": has not run yet";
  return fmt::format("{}: crashed {}/{}{}", what, control.counted, control.trials,
                     control.counted == 0 ? ", so far this run proves nothing" : "");
}

std::string run_text(const RunStatus& status) {
  const RunRow& run = status.run;
  std::string out =
      fmt::format("{}  run {}  {}\n", escape_line(run.campaign), short_id(run.run), state_text(status));
  const auto line = [&out](std::string_view name, const std::string& text) {
    out += fmt::format("  {:<12}{}\n", name, text);
  };
  std::string trials = run.planned_trials > 0
                           ? fmt::format("{} of {} ended", run.ended_trials, run.planned_trials)
                           : fmt::format("{} ended", run.ended_trials);
  trials += fmt::format(", {} crashed", run.counts.outcomes[Outcome::crashed]);
  if (run.counts.uncaptured > 0) trials += fmt::format(", {} uncaptured", run.counts.uncaptured);
  line("trials", trials);
  if (status.now) {
    for (const auto& [index, cell] : status.now->trials)
      line("now", fmt::format("trial {}: {}", index, escape_line(cell)));
    if (status.now->reports_pending > 0)
      line("waits for", format_count(status.now->reports_pending, "late report", "late reports"));
    if (status.now->time_left) line("left", format_duration(*status.now->time_left));
    if (status.now->free_bytes > 0) line("disk", format_bytes(status.now->free_bytes) + " free");
    line("process", std::to_string(status.now->pid));
  }
  if (status.last_crash) {
    line("last crash", fmt::format("trial {} ({}), started {}", status.last_crash->index,
                                   escape_line(status.last_crash->cell), status.last_crash->started));
    line("", status.last_crash_site.empty() ? "no report" : escape_line(short_site(status.last_crash_site)));
  }
  line("control", control_text(status));
  if (!run.state_reason.empty()) line("why", escape_line(run.state_reason));
  if (state_text(status) == kLeftBehindState)
    line("", "its harness is gone; the same run command goes on with it");
  return out;
}

}  // namespace

Result<CampaignStatus> campaign_status(Store& store, const std::filesystem::path& db) {
  TRY_ASSIGN(auto rows, list_runs(store, ListQuery{}));
  if (rows.empty()) return fail(ErrorKind::invalid_argument, "this store has no run");
  CampaignStatus found;
  found.any_running =
      std::any_of(rows.begin(), rows.end(), [](const RunRow& row) { return row.state == "running"; });
  if (found.any_running) {
    std::erase_if(rows, [](const RunRow& row) { return row.state != "running"; });
  } else {
    rows.resize(1);
  }
  for (RunRow& row : rows) {
    TRY_ASSIGN(auto status, status_of(store, db, std::move(row)));
    found.runs.push_back(std::move(status));
  }
  return found;
}

Table status_table(const std::vector<RunStatus>& runs) {
  Table table;
  table.columns = {row_name(text_column("run")),
                   text_column("campaign"),
                   text_column("state"),
                   text_column("now", "runs now"),
                   number_column("ended_trials", "ended"),
                   number_column("planned_trials", "planned"),
                   number_column("crashed"),
                   number_column("uncaptured"),
                   number_column("time_left_ms", "left", Unit::milliseconds),
                   text_column("last_crash"),
                   text_column("last_crash_site"),
                   count_of_column("control"),
                   number_column("free_bytes", "free", Unit::bytes),
                   number_column("pid")};
  for (const RunStatus& status : runs) {
    TextList trials;
    if (status.now) {
      for (const auto& [index, cell] : status.now->trials)
        trials.push_back(fmt::format("{}: {}", index, cell));
    }
    const auto known = [&status](auto value, bool is_known) {
      return status.now && is_known ? TableCell(value) : TableCell();
    };
    const auto left = status.now ? status.now->time_left.value_or(std::chrono::milliseconds(0)).count() : 0;
    table.rows.push_back(
        {status.run.run, status.run.campaign, state_text(status), trials, status.run.ended_trials,
         status.run.planned_trials > 0 ? TableCell(status.run.planned_trials) : TableCell(),
         status.run.counts.outcomes[Outcome::crashed], status.run.counts.uncaptured,
         known(static_cast<std::int64_t>(left), status.now && status.now->time_left.has_value()),
         status.last_crash ? TableCell(status.last_crash->started) : TableCell(),
         status.last_crash_site.empty() ? TableCell() : TableCell(status.last_crash_site),
         status.control ? TableCell(CountOf{"crashed", {status.control->counted, status.control->trials}})
                        : TableCell(),
         known(static_cast<std::int64_t>(status.now ? status.now->free_bytes : 0),
               status.now && status.now->free_bytes > 0),
         known(status.now ? status.now->pid : 0, true)});
  }
  return table;
}

std::string status_text(const std::vector<RunStatus>& runs) {
  std::string out;
  for (const RunStatus& run : runs) out += (out.empty() ? "" : "\n") + run_text(run);
  return out;
}

}  // namespace faultline

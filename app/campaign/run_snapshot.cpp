#include "app/campaign/run_snapshot.h"

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "collector/trial/process_tree.h"
#include "core/files/text_file.h"

namespace faultline {
namespace {

using Json = nlohmann::json;

std::string cell_name(const Cell& cell) {
  return cell.parameters.empty() ? cell.workload : cell.workload + " " + cell.text();
}

template <typename T>
T number_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<T>() : T{};
}

}  // namespace

std::string write_run_snapshot(const RunSnapshot& snapshot) {
  Json out = Json::object();
  out["pid"] = snapshot.pid;
  out["start_ticks"] = snapshot.start_ticks;
  out["written"] = format_utc_precise(snapshot.written);
  out["trials"] = Json::array();
  for (const auto& [index, cell] : snapshot.trials)
    out["trials"].push_back({{"index", index}, {"cell", cell}});
  if (snapshot.time_left) out["time_left_ms"] = snapshot.time_left->count();
  out["reports_pending"] = snapshot.reports_pending;
  out["free_bytes"] = snapshot.free_bytes;
  return out.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunSnapshot> read_run_snapshot(std::string_view json) {
  const auto object = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return fail(ErrorKind::parse, "the run's state is not a JSON object");
  RunSnapshot snapshot;
  snapshot.pid = number_of<std::int64_t>(object, "pid");
  snapshot.start_ticks = number_of<std::uint64_t>(object, "start_ticks");
  const auto written = object.find("written");
  if (written == object.end() || !written->is_string())
    return fail(ErrorKind::parse, "the run's state does not say when it was written");
  snapshot.written = parse_utc(written->get<std::string>()).value_or(WallTime{});
  if (const auto trials = object.find("trials"); trials != object.end() && trials->is_array()) {
    for (const auto& trial : *trials) {
      const auto cell = trial.is_object() ? trial.find("cell") : trial.end();
      if (!trial.is_object() || cell == trial.end() || !cell->is_string()) continue;
      snapshot.trials[number_of<std::int64_t>(trial, "index")] = cell->get<std::string>();
    }
  }
  if (object.contains("time_left_ms"))
    snapshot.time_left = std::chrono::milliseconds(number_of<std::int64_t>(object, "time_left_ms"));
  snapshot.reports_pending = number_of<std::int64_t>(object, "reports_pending");
  snapshot.free_bytes = number_of<std::uint64_t>(object, "free_bytes");
  return snapshot;
}

std::filesystem::path run_snapshot_path(const std::filesystem::path& db, const Uuid& run) {
  return std::filesystem::path(db.string() + ".trials") / run.text() / "now.json";
}

bool is_alive(const RunSnapshot& snapshot) {
  return snapshot.start_ticks != 0 &&
         process_start_ticks(static_cast<pid_t>(snapshot.pid)) == snapshot.start_ticks;
}

SnapshotObserver::SnapshotObserver(std::filesystem::path db, const Clock& clock, RunObserver& next)
    : db_(std::move(db)), clock_(clock), next_(next) {
  snapshot_.pid = ::getpid();
  snapshot_.start_ticks = process_start_ticks(::getpid());
}

SnapshotObserver::~SnapshotObserver() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

void SnapshotObserver::run_started(const RunRecord& record, bool resumed, const RunProgress& progress) {
  path_ = run_snapshot_path(db_, record.uuid);
  write(progress);
  next_.run_started(record, resumed, progress);
}

void SnapshotObserver::trial_started(const Trial& trial, const Cell& cell, const RunProgress& progress) {
  snapshot_.trials[trial.index] = cell_name(cell);
  write(progress);
  next_.trial_started(trial, cell, progress);
}

void SnapshotObserver::trial_ended(const Trial& trial, const Cell& cell, const RunProgress& progress) {
  // Written when the next one begins: an end without one is the end of the run, and of the file.
  snapshot_.trials.erase(trial.index);
  next_.trial_ended(trial, cell, progress);
}

void SnapshotObserver::waiting_for_reports(std::int64_t pending, std::chrono::milliseconds at_most) {
  RunProgress progress;
  progress.reports_pending = pending;
  progress.time_left = at_most;
  progress.free_bytes = snapshot_.free_bytes;
  write(progress);
  next_.waiting_for_reports(pending, at_most);
}

void SnapshotObserver::write(const RunProgress& progress) {
  if (path_.empty()) return;
  snapshot_.written = clock_.wall();
  snapshot_.time_left.reset();
  if (progress.time_left)
    snapshot_.time_left = std::chrono::duration_cast<std::chrono::milliseconds>(*progress.time_left);
  snapshot_.reports_pending = progress.reports_pending;
  snapshot_.free_bytes = progress.free_bytes;
  [[maybe_unused]] const auto written = write_file_atomically(path_, write_run_snapshot(snapshot_));
}

}  // namespace faultline

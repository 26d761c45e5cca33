#include "app/campaign/run_state.h"

#include "core/files/text_file.h"

namespace faultline {

std::optional<RunSnapshot> living_run(const std::filesystem::path& db, const Uuid& run) {
  const auto text = read_file(run_snapshot_path(db, run));
  if (!text) return std::nullopt;
  const auto snapshot = read_run_snapshot(*text);
  if (!snapshot || !is_alive(*snapshot)) return std::nullopt;
  return *snapshot;
}

std::string state_text(const RunRow& run, bool is_alive) {
  if (run.state != run_state_text(RunState::running) || is_alive) return run.state;
  return std::string(kLeftBehindState);
}

std::string state_text(const std::filesystem::path& db, const RunRow& run) {
  const auto uuid = Uuid::parse(run.run);
  return state_text(run, uuid && living_run(db, *uuid).has_value());
}

}  // namespace faultline

// Whether a run that the store has as running really does.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "app/campaign/run_snapshot.h"
#include "db/queries.h"

namespace faultline {

inline constexpr std::string_view kLeftBehindState = "left behind";

/// What is running at `run`'s harness; nullopt where it does not live. `db` is the store's path.
std::optional<RunSnapshot> living_run(const std::filesystem::path& db, const Uuid& run);

/// The state of a run as every command names it: `left behind` where the store has it as running, and its
/// harness was killed before it could say otherwise.
std::string state_text(const RunRow& run, bool is_alive);
/// The same, by a look at whether its harness lives.
std::string state_text(const std::filesystem::path& db, const RunRow& run);

}  // namespace faultline

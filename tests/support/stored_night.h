// A finished night in a store: real reports of one crash site, derived as an import or a run derives them.

#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

#include "analyzer/derive.h"
#include "tests/db/store_fixtures.h"
#include "tests/support/ips_builder.h"
#include "tests/support/scoped_temp_folder.h"

namespace faultline {

/// The text of a report whose incident ends in `number`.
inline std::string night_report(int number) {
  return IpsBuilder().incident("79BC4A1F-0000-4000-8000-" + std::to_string(100000000000 + number)).text();
}
inline std::string night_incident(int number) {
  return "79BC4A1F-0000-4000-8000-" + std::to_string(100000000000 + number);
}

struct NightOptions {
  std::uint8_t number = 1;  ///< Of the run's UUID, and of its reports' incidents.
  std::string_view started = "2025-12-21T01:36:18.286123Z";
  std::int64_t blocks = 10;
  std::int64_t control_crashes = 5;  ///< In the first blocks; each leaves a report.
  bool finished = true;
  std::string campaign{};  ///< The campaign file; empty: that of make_run().
};

/// Cells threads=1,8 x lock=none,per-op,global; the control (threads=8, lock=none) is the fourth.
inline RunRecord store_night(Store& store, const NightOptions& options = {}) {
  RunRecord run = make_run(options.number, options.started);
  run.planned_blocks = options.blocks;
  if (!options.campaign.empty()) run.campaign_text = options.campaign;
  const auto begun = store.begin_run(run);
  EXPECT_TRUE(begun.has_value());
  constexpr std::size_t kControl = 3;
  std::int64_t index = 0;
  for (std::int64_t block = 0; block < options.blocks; ++block) {
    for (std::size_t cell = 0; cell < run.cells.size(); ++cell, ++index) {
      if (cell != kControl || block >= options.control_crashes) {
        record(store, run, index, cell, Outcome::passed);
        continue;
      }
      const std::string bytes = night_report(options.number * 100 + static_cast<int>(block));
      const Analysis analysis = derive(bytes, ReportOrigin::captured, {});
      const NewReport report{bytes, captured_by(run, index), &analysis};
      const auto added = store.record_trial(make_trial(run, index, cell, Outcome::crashed), {&report, 1});
      EXPECT_TRUE(added.has_value());
    }
  }
  if (options.finished) {
    const auto ended = store.end_run(run.uuid, RunState::finished, "", run.started + std::chrono::hours(8));
    EXPECT_TRUE(ended.has_value());
  }
  const auto stored = store.run(run.uuid.text());
  EXPECT_TRUE(stored.has_value());
  return *stored;
}

/// A store in memory with one night.
struct NightStore {
  Store store = std::move(*Store::open_in_memory());
  RunRecord run;
  explicit NightStore(const NightOptions& options = {}) : run(store_night(store, options)) {}
};

/// A file with this text, in a folder that goes with the test.
inline void write_text(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

}  // namespace faultline

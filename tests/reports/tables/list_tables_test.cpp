#include "reports/tables/list_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "reports/formats/report_writer.h"
#include "reports/formats/text_width.h"

namespace faultline {
namespace {

using testing::HasSubstr;
using testing::Not;

ReportRow report() {
  ReportRow row;
  row.incident = "A6C7742D-CD87-4E3E-8074-C7062F262B4B";
  row.kind = "crash";
  row.time = "2026-11-28T16:07:02.621200Z";
  row.process = "agx_sim";
  row.fault_kind = "null_dereference";
  row.site_key = "c6c1758d4f21d5f8";
  row.site_text =
      "AGXMetalG16X AGX::ComputeContext<AGX::HAL200::Encoders, "
      "AGX::HAL200::Classes>::prepareForEnqueue(bool)+7 "
      "null+0x98 read";
  row.run = "a60f1fda-9738-4f3b-932d-50c365bc0def";
  row.trial_index = 571;
  row.cell = "threads=16 lock=per-stream";
  row.origin = "captured";
  return row;
}

/// The lines that hold rows: those behind the rule.
std::vector<std::string> row_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  bool behind = false;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) break;
    if (behind) lines.push_back(line);
    behind = behind || line.starts_with("---");
  }
  return lines;
}

TEST(ListTablesTest, ARowIsOneLineHoweverNarrowTheTerminal) {
  const Table reports = report_list_table({report(), report()}, {});
  TrialRow trial;
  trial.run = report().run;
  trial.started = report().time;
  trial.workload = "agx-sim-per-thread";
  trial.cell = report().cell;
  trial.outcome = "crashed";
  trial.incidents = {report().incident};
  const Table trials = trial_list_table({trial, trial}, {});
  RunRow run;
  run.run = report().run;
  run.campaign = "agx-race";
  run.started = report().time;
  run.state = "finished";
  run.host = "host";
  const Table runs = run_list_table({run, run}, {});
  for (const Table* table : {&reports, &trials, &runs}) {
    for (const int width : {80, 120, 200}) {
      const auto text = write_table(*table, TableFormat::text, {width, false});
      EXPECT_EQ(row_lines(text).size(), 2U) << text;
      for (const auto& line : row_lines(text))
        EXPECT_LE(display_width(line), static_cast<std::size_t>(width));
    }
  }
}

TEST(ListTablesTest, WhatHasNoRoomIsNamedAndThereWithWide) {
  const Table table = report_list_table({report()}, {});

  const auto narrow = write_table(table, TableFormat::text, {80, false});
  EXPECT_THAT(narrow, HasSubstr("No room for:"));
  EXPECT_THAT(narrow, Not(HasSubstr("captured")));

  const auto wide = write_table(table, TableFormat::text, {80, false, true});
  EXPECT_THAT(wide, HasSubstr("A6C7742D-CD87-4E3E-8074-C7062F262B4B"));
  EXPECT_THAT(wide, HasSubstr("prepareForEnqueue(bool)+7 null+0x98 read"));
  EXPECT_THAT(wide, HasSubstr("captured"));
}

TEST(ListTablesTest, ProgramsGetEveryFieldWhole) {
  const auto row = nlohmann::json::parse(
      write_table(report_list_table({report()}, {TableAudience::programs}), TableFormat::json))["rows"][0];

  EXPECT_EQ(row["incident"], "A6C7742D-CD87-4E3E-8074-C7062F262B4B");
  EXPECT_EQ(row["time"], "2026-11-28T16:07:02.621200Z");
  EXPECT_EQ(row["site_key"], "c6c1758d4f21d5f8");
  EXPECT_EQ(row["site_text"], report().site_text);
}

TEST(ListTablesTest, AnEmptyListSaysWhatDoesNotMatch) {
  EXPECT_EQ(write_table(trial_list_table({}, {}), TableFormat::text), "No trials match.\n");
}

}  // namespace
}  // namespace faultline

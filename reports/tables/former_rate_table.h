// Whether a former rate is gone -> words, JSON, a table.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/fix_proof.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/table.h"

namespace faultline {

struct FormerRateTest {
  std::string name;  ///< Of the trials: a filter, a run, counts.
  std::string counted;
  Proportion now;
  FormerRate former;
  double level = kDefaultLevel;
  bool open = false;        ///< Unfinished, or with a stop rule.
  std::int64_t nights = 0;  ///< That the trials are of; 0: not known.
  std::optional<bool> control_crashed;
  std::vector<std::string> image_never_seen{};  ///< As RatesResult has it.
};

/// `0/11 is not enough to claim that 3/10 is gone: …; 5 more clean trials would be`. Never says "fixed".
std::string former_rate_sentence(const FormerRateTest& test);

/// The documented object under `was` with the trials under `a`, or one row for people and CSV.
std::string write_former_rate(const FormerRateTest& test, TableFormat format,
                              const WriterOptions& writer = {});

}  // namespace faultline

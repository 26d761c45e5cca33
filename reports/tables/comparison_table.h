// Comparisons -> a table, JSON, and the words for a terminal.

#pragma once

#include <string>
#include <vector>

#include "analyzer/statistics/comparison.h"
#include "analyzer/statistics/fix_proof.h"
#include "reports/formats/report_writer.h"
#include "reports/formats/table.h"

namespace faultline {

struct ComparisonTableOptions {
  double level = kDefaultLevel;
  /// What a margin allows to be said of each comparison, in their order; empty where none is asked for.
  std::vector<MarginClaim> margins{};
  std::string caption;
  std::string command;
};

/// The verdict in words: `crashed: lock=none is higher than lock=global: 11/20 against 0/20, +55 points
/// [+29, +74]; Boschloo, p < 0.0001`. Where undecided, what would decide. Never says "fixed", and names no
/// culprit: two counts cannot. Unescaped.
std::string comparison_sentence(const Comparison& comparison);

/// One row a claim: both rates, their difference and ratio with intervals, p, the verdict (`~` where
/// undecided, with the trials still needed). Warnings stand below it.
Table comparison_table(const std::vector<Comparison>& comparisons, const ComparisonTableOptions& options);

/// The documented object of `compare`: that of the first claim (what is judged first), with all of them under
/// `claims` where there are several. Infinite and undefined numbers are null.
std::string comparisons_json(const std::vector<Comparison>& comparisons,
                             const ComparisonTableOptions& options = {});

/// In the format asked for: sentence and warnings before the table for people, the documented JSON, or CSV.
std::string write_comparisons(const std::vector<Comparison>& comparisons,
                              const ComparisonTableOptions& options, TableFormat format,
                              const WriterOptions& writer = {});

}  // namespace faultline

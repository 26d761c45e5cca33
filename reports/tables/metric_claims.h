// Groups of numbers compared with their like, row by row.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "analyzer/statistics/rank_test.h"
#include "reports/tables/metric_table.h"

namespace faultline {

/// Each group against the reference's like, judged together; nullopt for a group that is its own reference,
/// has no like, or no number.
std::vector<std::optional<NumberComparison>> metric_claims(const MetricGroups& groups,
                                                           const MetricReference& against, double level);

/// What the claims are, and how they are judged.
std::string claims_sentence(const MetricReference& against,
                            const std::vector<std::optional<NumberComparison>>& claims);

/// Columns and cells of the claims: ratio, p-value, verdict.
void add_claim_columns(Table& table, const MetricReference& against,
                       const std::vector<std::optional<NumberComparison>>& claims);
void add_claim_cells(std::vector<TableCell>& cells, TableAudience audience,
                     const std::optional<NumberComparison>& claim);

}  // namespace faultline

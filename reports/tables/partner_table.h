// Who else was there when a site was hit: rows of the store -> a table.

#pragma once

#include <vector>

#include "analyzer/statistics/proportion.h"
#include "db/queries.h"
#include "reports/formats/table.h"

namespace faultline {

/// One row a function that other threads were in: in how many reports of the site, in how many of other
/// sites, and how many times more often (Koopman's interval of the ratio). Those come first whose
/// interval begins highest; those that are no more frequent here than elsewhere are left out, and
/// counted in a footnote. With few reports the interval says so itself.
Table partner_table(const std::vector<PartnerRow>& rows, double level = kDefaultLevel);

}  // namespace faultline

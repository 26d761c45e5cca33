// `faultline sites` as a question: crash sites, or what other threads did meanwhile.

#pragma once

#include <string>

#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/formats/table.h"

namespace faultline {

/// One row a site, or a family where `query` folds them. `site` (key, prefix, label or `site~text`): only
/// that one; empty: all.
Result<Table> answer_sites(Store& store, const SitesQuery& query, const std::string& site,
                           TableAudience audience);

/// Functions that other threads were in more often than at other sites.
Result<Table> answer_partners(Store& store, const std::string& site);

}  // namespace faultline

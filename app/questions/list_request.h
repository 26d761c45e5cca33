// `faultline list` as a question: what the store holds, the newest first.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/formats/table.h"

namespace faultline {

/// What can be listed: reports, trials, runs, hosts.
const std::vector<std::string>& listed_things();

/// The list of one of them; an error where it is none of listed_things().
Result<Table> answer_list(Store& store, std::string_view what, const ListQuery& query,
                          TableAudience audience);

}  // namespace faultline

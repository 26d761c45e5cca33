// Rows of the store's lists -> tables.

#pragma once

#include <vector>

#include "db/queries.h"
#include "reports/formats/table.h"

namespace faultline {

Table report_list_table(const std::vector<ReportRow>& rows);
Table trial_list_table(const std::vector<TrialRow>& rows);
Table run_list_table(const std::vector<RunRow>& rows);
Table host_list_table(const std::vector<HostRow>& rows);
/// A free query's answer: columns and values as they came.
Table query_answer_table(const QueryTable& answer);

}  // namespace faultline

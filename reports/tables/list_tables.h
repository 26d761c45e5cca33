// Rows of the store's lists -> tables.

#pragma once

#include <cstddef>
#include <vector>

#include "db/queries.h"
#include "reports/formats/table.h"

namespace faultline {

struct ListTableOptions {
  TableAudience audience = TableAudience::people;
  std::size_t key_digits = 16;  ///< As many digits of a site's key as are unique in the store.
};

/// People read what tells one row from another first; keys, identifiers and sites are short for them.
Table report_list_table(const std::vector<ReportRow>& rows, const ListTableOptions& options);
Table trial_list_table(const std::vector<TrialRow>& rows, const ListTableOptions& options);
Table run_list_table(const std::vector<RunRow>& rows, const ListTableOptions& options);
Table host_list_table(const std::vector<HostRow>& rows, const ListTableOptions& options);
/// The queries that have a name, with what each answers.
Table saved_query_table(const std::vector<SavedQuery>& queries);
/// A free query's answer: columns and values as they came.
Table query_answer_table(const QueryTable& answer);

}  // namespace faultline

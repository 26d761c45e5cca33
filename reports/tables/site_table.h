// Rows of the store's crash sites -> tables.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "db/queries.h"
#include "reports/formats/table.h"
#include "reports/tables/rate_table.h"

namespace faultline {

struct SiteTableOptions {
  TableAudience audience = TableAudience::people;
  bool families = false;        ///< The rows are families: the key is that of `label`, `show` and `--family`.
  std::size_t key_digits = 16;  ///< As many digits of a key as are unique in the store.
  std::string caption;
  std::string command;
};

/// Most reports first, as they come. As JSON it is the documented shape of `sites`.
Table site_table(const std::vector<SiteRow>& rows, const SiteTableOptions& options);

}  // namespace faultline

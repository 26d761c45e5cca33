// One crash site as a person asks about it: how often, where, since when, and which reports.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "db/queries.h"
#include "db/store.h"
#include "reports/documents/document.h"

namespace faultline {

struct SitePage {
  SiteRow row;  ///< Of a family or of several sites: folded.
  bool is_family = false;
  std::string where;   ///< The filter that counts its trials: `site=…`, `site in (…)`.
  RatesResult cells;   ///< Of each cell, those at the site.
  RatesResult nights;  ///< By date.
  std::vector<std::string> drivers;
  std::vector<ReportRow> newest;
  std::vector<StackRow> stacks;  ///< The commonest of the crashed thread.
  std::vector<PartnerRow> partners;
};

/// SITE as of the command line. A text that means several families is an error that says how to list them.
Result<SitePage> site_page(Store& store, const std::string& site);

Document site_document(const SitePage& page);
/// `{"site", "reports", "trials", "first_seen", "last_seen", "cells", "os_builds", "drivers", "newest",
/// "labels"}`, ending in a newline.
std::string site_json(const SitePage& page);

}  // namespace faultline

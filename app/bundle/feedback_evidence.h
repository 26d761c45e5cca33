// Gathers what a bundle says from the store, scrubbed on the way.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analyzer/site/frame_rules.h"
#include "core/base/result.h"
#include "db/store.h"
#include "reports/bundles/feedback.h"
#include "reports/privacy/scrub.h"

namespace faultline {

struct EvidenceOptions {
  std::vector<std::string> sites;  ///< As given: keys, prefixes, labels, `site~…`.
  bool family = false;             ///< All sites of the families.
  std::size_t reports = 1;         ///< Of each site.
  SiteRules rules;                 ///< A team's own.
};

/// Evidence, and the bytes that it was made from.
struct GatheredEvidence {
  FeedbackEvidence evidence;                        ///< Everything in it is scrubbed.
  std::vector<std::vector<std::string>> originals;  ///< Raw bytes, by site and report as in `evidence`.
  std::string campaign;                   ///< The run's campaign file, scrubbed; empty without a run.
  std::vector<std::string> source_files;  ///< Paths on this machine that the commands name.
  std::vector<std::pair<std::string, Table>> tables;  ///< For CSV: file name and table.
};

/// Fails where no site is meant, or none has a report that was captured or imported.
Result<GatheredEvidence> gather_evidence(Store& store, const EvidenceOptions& options, Scrubber& scrubber);

/// Adds the follow-up: the families' rate in the newest run of the same campaign in `store` against that of
/// the evidence's run in `earlier` (the same store, or another). Nothing where there is no later run.
Result<void> add_follow_up(Store& store, Store& earlier, Scrubber& scrubber, GatheredEvidence& gathered);

}  // namespace faultline

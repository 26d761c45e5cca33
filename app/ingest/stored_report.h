// A report of the store derived again, in the one way in which all that show or send it do so.

#pragma once

#include <string>

#include "analyzer/site/frame_rules.h"
#include "core/base/result.h"
#include "core/model/analysis.h"
#include "db/store.h"

namespace faultline {

class Symbolizer;

/// The symbols for a stored report: none for a captured one, which came with the names of the moment; the
/// archive may know an imported one better by now.
Symbolizer* symbolizer_for(ReportOrigin origin, Symbolizer& symbolizer);

struct DerivedReport {
  std::string bytes;
  ReportArrival arrival;
  Analysis analysis;
};
/// As reanalyze_store() derives it: with the symbols of symbolizer_for() and the GPU error that its trial's
/// output named. Fails where the store has no such incident or its bytes are damaged.
Result<DerivedReport> derive_stored(Store& store, const std::string& incident, const SiteRules& rules,
                                    Symbolizer& symbolizer);

}  // namespace faultline

#include "app/ingest/stored_report.h"

#include "analyzer/derive.h"

namespace faultline {

Symbolizer* symbolizer_for(ReportOrigin origin, Symbolizer& symbolizer) {
  return origin == ReportOrigin::captured ? nullptr : &symbolizer;
}

Result<DerivedReport> derive_stored(Store& store, const std::string& incident, const SiteRules& rules,
                                    Symbolizer& symbolizer) {
  DerivedReport report;
  TRY_ASSIGN(report.bytes, store.raw_report(incident));
  TRY_ASSIGN(report.arrival, store.arrival_of(incident));
  TRY_ASSIGN(const auto gpu_error, store.gpu_error_of(incident));
  const auto origin = report.arrival.origin;
  report.analysis = derive(report.bytes, origin, rules, symbolizer_for(origin, symbolizer), gpu_error);
  return report;
}

}  // namespace faultline

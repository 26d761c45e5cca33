#include "analyzer/statistics/event_rate.h"

#include <limits>

#include "analyzer/statistics/distributions.h"
#include "core/base/check.h"

namespace faultline {

Interval poisson_rate(std::int64_t events, double exposure, double level) {
  CHECK(events >= 0 && level > 0.0 && level < 1.0);
  if (!(exposure > 0.0)) return {0.0, std::numeric_limits<double>::infinity()};
  const double alpha = (1.0 - level) / 2.0;
  const double k = static_cast<double>(events);
  return {events == 0 ? 0.0 : gamma_quantile(k, alpha) / exposure,
          gamma_quantile(k + 1.0, 1.0 - alpha) / exposure};
}

}  // namespace faultline

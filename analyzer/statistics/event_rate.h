// Events per amount of work: crashes per million operations, per hour.

#pragma once

#include <cstdint>

#include "analyzer/statistics/proportion.h"
#include "core/model/estimate.h"

namespace faultline {

/// The exact interval of a Poisson rate (Garwood 1936, Biometrika 28:437): quantiles of gamma
/// distributions over `exposure` (operations, seconds). Assumes that events come at a constant rate per
/// unit of work, one independent of the other; where crashes come early or late (survival.h), it does not
/// hold. In units of 1/exposure; exposure 0 gives [0, infinite).
Interval poisson_rate(std::int64_t events, double exposure, double level = kDefaultLevel);

}  // namespace faultline

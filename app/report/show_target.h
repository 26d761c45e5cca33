// What a word on the command line of `show` means: a report, a crash site, or a run.

#pragma once

#include <string>

#include "core/base/result.h"
#include "db/store.h"

namespace faultline {

enum class ShowTarget { report, site, run };

/// `last` and the beginning of an incident are a report; a key, a label and `site~text` are sites; the
/// beginning of a run's UUID is a run. An error where it means nothing, or things of several kinds.
Result<ShowTarget> find_show_target(Store& store, const std::string& what);

}  // namespace faultline

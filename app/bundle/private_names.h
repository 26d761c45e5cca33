// What this host and its user are called: looked for in everything that is sent.

#pragma once

#include "reports/privacy/scrub.h"

namespace faultline {

/// Tells the scrubber this host's names, the account's name, its full name, and its home folder's.
void add_names_of_this_host(Scrubber& scrubber);

}  // namespace faultline

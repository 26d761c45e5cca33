// CrashReport -> .ips text: header line, then the body, as macOS lays it out.
//
// Used by the Linux reporter and for rewritten (symbolized, scrubbed) reports. Absent members write
// no key. Numbers are exact; invalid UTF-8 becomes U+FFFD.

#pragma once

#include <string>

#include "core/model/crash_report.h"

namespace faultline {

/// The whole file, ending in a newline. Pure.
std::string write_ips(const CrashReport& report);

}  // namespace faultline

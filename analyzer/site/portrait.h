// Who else was there when it crashed: the other threads in groups, and what they share with the crashed one.

#pragma once

#include "core/model/crash_report.h"
#include "core/model/crash_site.h"
#include "core/model/portrait.h"

namespace faultline {

/// Groups all threads but the crashed one by equal stacks, and finds pointers that were held in
/// registers of both. Groups in the site's image come first, then those that share pointers, then the
/// larger ones.
///
/// Pointers are compared without authentication bits; addresses of code, of the crashed thread's own
/// stack, and small numbers are left out. Reports that have registers of the crashed thread only (x86,
/// macOS 12) share none. Pure; any number of threads at once.
Portrait draw_portrait(const CrashReport& report, const CrashSite& site);

}  // namespace faultline

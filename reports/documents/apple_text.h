// The text that macOS itself shows for a report.

#pragma once

#include <string>

#include "core/model/crash_report.h"

namespace faultline {

/// The translated report as Console and the report window of macOS show it, from the banner to the
/// line before the `Full Report` banner, in the layout of the system that the report is from: macOS 12
/// to 15, macOS 26, or embedded (iOS, and simulator processes on a Mac).
///
/// Byte for byte what the system writes, for all sections that a published pair of report and text
/// covers; docs/ips_format.md lists the others. Nothing is escaped: a symbol may hold line breaks, and
/// what goes to a terminal has to pass escape_text() first. Pure.
std::string render_apple_text(const CrashReport& report);

}  // namespace faultline

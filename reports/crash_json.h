// `show --format json` of one report: the shape that other programs rely on.

#pragma once

#include <string>

#include "core/analysis.h"

namespace faultline {

/// The object described by docs/schema/report.schema.json, indented, ending in a newline.
///
/// Unknown members are null, never left out. Numbers are exact unsigned 64-bit; invalid UTF-8 becomes
/// U+FFFD.
std::string crash_json(const Analysis& analysis);

}  // namespace faultline

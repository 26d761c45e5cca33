// `show --format json` of one report: the shape that other programs rely on.

#pragma once

#include <optional>
#include <string>

#include "core/model/analysis.h"
#include "core/model/disassembly.h"

namespace faultline {

/// The object described by docs/schema/report.schema.json, indented, ending in a newline.
///
/// Unknown members are null, never left out. Numbers are exact unsigned 64-bit; invalid UTF-8 becomes
/// U+FFFD. `disassembly` is what stands around the pc, where that was asked for.
std::string crash_json(const Analysis& analysis,
                       const std::optional<Disassembly>& disassembly = std::nullopt);

}  // namespace faultline

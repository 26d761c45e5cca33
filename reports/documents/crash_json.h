// `show --format json` of one report: the shape that other programs rely on.

#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/model/analysis.h"
#include "core/model/disassembly.h"

namespace faultline {

struct CrashJsonOptions {
  std::optional<Disassembly> disassembly;  ///< What stands around the pc, where that was asked for.
  bool full = false;                       ///< With the registers of each thread and the images.
};

/// The object described by docs/schema/report.schema.json, indented, ending in a newline.
///
/// Unknown members are null, never left out. Numbers are exact unsigned 64-bit; invalid UTF-8 becomes
/// U+FFFD.
///
/// Calls `sink` with pieces of some 64 KiB: a large report's JSON is many times its size.
void write_crash_json(const Analysis& analysis, const CrashJsonOptions& options,
                      const std::function<void(std::string_view)>& sink);

/// All reports of one document: the object itself for one, `{"reports": […]}` for several.
void write_crash_json_of_all(std::span<const Analysis> analyses, const CrashJsonOptions& options,
                             const std::function<void(std::string_view)>& sink);

/// write_crash_json() as one string.
std::string crash_json(const Analysis& analysis, const CrashJsonOptions& options = {});

}  // namespace faultline

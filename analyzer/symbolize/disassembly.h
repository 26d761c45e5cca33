// The instructions around an address, from a symbol file or from the report's own bytes.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "analyzer/symbolize/archive/symbol_finder.h"
#include "core/base/result.h"
#include "core/model/address.h"
#include "core/model/crash_report.h"
#include "core/model/disassembly.h"

namespace faultline {

/// How many instructions to show on either side.
struct DisassemblyRange {
  std::size_t before = 8;
  std::size_t after = 8;
};

/// Decodes `bytes`, which were at `first`, one after the other. `arch` as in SymbolSlice. Fails with kind
/// unsupported for other processors than arm64 and x86-64.
Result<std::vector<DisassembledInstruction>> disassemble(std::string_view bytes, RuntimeAddress first,
                                                         std::string_view arch);

/// The instructions around the address of frame `frame_index` of thread `thread_index`.
///
/// Bytes come from a file of the image's build (a dSYM holds none), else, for the first frame, from what
/// the report carries. On x86 nothing before the address is shown unless the function's start is known:
/// going back by guess gives instructions that never were. Fails with kind symbols where there are no bytes.
Result<Disassembly> disassemble_around(const CrashReport& report, std::size_t thread_index,
                                       std::size_t frame_index, SymbolFinder& finder,
                                       const DisassemblyRange& range = {});

}  // namespace faultline

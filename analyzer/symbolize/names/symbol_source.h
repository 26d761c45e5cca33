// The role: says which function an address of one module lies in.

#pragma once

#include <optional>

#include "core/model/address.h"
#include "core/model/source_location.h"

namespace faultline {

/// Names addresses of one module, as far as the evidence goes.
///
/// Bodies: GsymSource (gsym_source.h) for a converted module, TableSource (table_source.h) where no
/// conversion was possible.
/// Threads: find() may be called from several at a time.
class SymbolSource {
 public:
  virtual ~SymbolSource() = default;

  /// The functions at `offset` from the image's base; nullopt where no known function covers it. The
  /// caller takes one off a return address before. `code_offset` counts from the function to `offset`.
  /// Swift names stay mangled (see SwiftDemangler), all others are readable. The texts live as long as
  /// the source.
  [[nodiscard]] virtual std::optional<ResolvedFrame> find(ImageOffset offset) const = 0;
};

}  // namespace faultline

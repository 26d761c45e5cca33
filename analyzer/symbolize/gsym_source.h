// Names from a GSYM file.

#pragma once

#include <utility>

#include "analyzer/symbolize/gsym_file.h"
#include "analyzer/symbolize/symbol_source.h"

namespace faultline {

class GsymSource final : public SymbolSource {
 public:
  explicit GsymSource(GsymFile file) : file_(std::move(file)) {}
  [[nodiscard]] std::optional<ResolvedFrame> find(ImageOffset offset) const override;

 private:
  GsymFile file_;
};

}  // namespace faultline
